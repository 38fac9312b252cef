package io.fleetfit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceSetTest {
    @Test
    void joinsRangesThatTouch() {
        SequenceSet set = SequenceSet.parse("1-3,7");
        set.add(5);
        assertThat(set).hasToString("1-3,5,7");
        set.add(6);
        set.add(4);
        assertThat(set).hasToString("1-7");
        assertThat(SequenceSet.parse("")).hasToString("");
        assertThatThrownBy(() -> SequenceSet.parse("1-x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1-x");
    }

    @Test
    void isTheSameAsASetOfNumbers() {
        long seed = 7;
        Random random = new Random(seed);
        Set<Long> numbers = new HashSet<>();
        SequenceSet set = new SequenceSet();
        for (int i = 0; i < 2_000; i++) {
            long number = random.nextInt(500);
            numbers.add(number);
            set.add(number);
            SequenceSet read = SequenceSet.parse(set.toString());
            long probe = random.nextInt(500);
            assertThat(read.contains(probe)).as("seed %s step %s", seed, i).isEqualTo(numbers.contains(probe));
        }
    }
}
