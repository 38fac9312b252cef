package io.fleetfit.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoldenValuesTest {
    private static final BigInteger MASK = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private static Golden.GoldenInput input(String type, long elements, int hold, double low, double high) {
        return new Golden.GoldenInput("x", type, List.of(elements), 7, hold, low, high);
    }

    @Test
    void draws_are_those_of_the_specification_in_unbounded_numbers() {
        for (long seed : new long[] {0, 7, -1, Long.MIN_VALUE}) {
            for (long number = 0; number < 50; number++) {
                assertThat(GoldenValues.draw(seed, number)).isEqualTo(drawAsWritten(seed, number));
            }
        }
    }

    private static double drawAsWritten(long seed, long number) {
        BigInteger z = BigInteger.valueOf(seed)
                .add(BigInteger.valueOf(number + 1).multiply(new BigInteger("9e3779b97f4a7c15", 16)))
                .and(MASK);
        z = z.xor(z.shiftRight(30))
                .multiply(new BigInteger("bf58476d1ce4e5b9", 16))
                .and(MASK);
        z = z.xor(z.shiftRight(27))
                .multiply(new BigInteger("94d049bb133111eb", 16))
                .and(MASK);
        return z.xor(z.shiftRight(31)).shiftRight(40).doubleValue() / (1 << 24);
    }

    @Test
    void neighbours_share_a_number_as_long_as_it_is_held() {
        Golden.GoldenInput held = input("FP32", 9, 4, -1, 1);

        assertThat(GoldenValues.element(held, 3)).isEqualTo(GoldenValues.element(held, 0));
        assertThat(GoldenValues.element(held, 4)).isNotEqualTo(GoldenValues.element(held, 3));
    }

    @Test
    void values_lie_in_their_range_and_whole_ones_are_rounded_down() {
        ByteBuffer floats = ByteBuffer.allocate(4000);
        ByteBuffer whole = ByteBuffer.allocate(1000);
        GoldenValues.fill(input("FP32", 1000, 1, -2, 3), floats);
        GoldenValues.fill(input("UINT8", 1000, 1, 250, 256), whole);

        floats.flip();
        whole.flip();
        while (floats.hasRemaining()) {
            assertThat(floats.getFloat()).isBetween(-2f, 3f);
            assertThat(whole.get() & 0xff).isBetween(250, 255);
        }
    }

    @Test
    void kept_elements_spread_over_the_tensor() {
        assertThat(GoldenValues.index(0, 256, 1000)).isZero();
        assertThat(GoldenValues.index(255, 256, 1000)).isEqualTo(996);
        assertThat(GoldenValues.index(1, 2, 2)).isEqualTo(1);
    }

    @Test
    void a_type_that_is_no_number_is_refused_by_name() {
        assertThatThrownBy(() -> GoldenValues.fill(input("BYTES", 1, 1, 0, 1), ByteBuffer.allocate(8)))
                .hasMessageContaining("BYTES");
    }
}
