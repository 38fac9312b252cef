package io.fleetfit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.Digest;
import io.fleetfit.store.FileBlobStore;
import io.fleetfit.store.MovingClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectorTest {
    private static final Duration GRACE = Duration.ofHours(1);

    @TempDir
    Path temporary;

    private final MovingClock clock = new MovingClock(Instant.parse("2026-11-01T12:00:00Z"));
    private final Set<Digest> variants = new HashSet<>();
    private final Set<Digest> jobs = new HashSet<>();
    private FileBlobStore blobs;
    private GarbageCollector collector;

    @BeforeEach
    void givenACollectorOverTwoHolders() throws IOException {
        blobs = new FileBlobStore(temporary.resolve("blobs"), clock);
        collector = new GarbageCollector(blobs, List.of(() -> variants, () -> jobs), GRACE, clock);
    }

    @Test
    void removesWhatIsOldAndUnreferenced() throws IOException {
        variants.add(blob(1));
        jobs.add(blob(2));
        Digest loose = blob(3);
        clock.advance(GRACE.plusSeconds(1));
        Digest young = blob(4);

        GarbageCollector.Collected collected = collector.collect();

        assertThat(collected).isEqualTo(new GarbageCollector.Collected(3, 1, 3));
        assertThat(blobs.contains(loose)).isFalse();
        assertThat(blobs.contains(young)).isTrue();
    }

    @Test
    void leavesWhatSomebodyIsAboutToReference() throws IOException {
        Digest loose = blob(3);
        clock.advance(GRACE.plusSeconds(1));

        blobs.touch(loose);

        assertThat(collector.collect().removed()).isZero();
    }

    @Test
    void removesNothingIfAHolderCannotSay() throws IOException {
        Digest loose = blob(3);
        clock.advance(GRACE.plusSeconds(1));
        BlobReferences broken = () -> {
            throw new IllegalStateException("database is gone");
        };
        GarbageCollector unsure = new GarbageCollector(blobs, List.of(() -> variants, broken), GRACE, clock);

        assertThatThrownBy(unsure::collect).hasMessage("database is gone");

        assertThat(blobs.contains(loose)).isTrue();
    }

    private Digest blob(int length) throws IOException {
        byte[] bytes = new byte[length];
        Digest digest = Digest.of(bytes);
        blobs.adopt(Files.write(temporary.resolve("file"), bytes), digest);
        return digest;
    }
}
