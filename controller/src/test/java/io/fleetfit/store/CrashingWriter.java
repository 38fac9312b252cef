package io.fleetfit.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/** A process that stores telemetry for ever and says the number of each batch once it is stored. */
final class CrashingWriter {
    private CrashingWriter() {}

    public static void main(String[] args) throws Exception {
        Database database = Database.open(DatabaseSettings.inDirectory(Path.of(args[0])));
        for (long sequence = 1; ; sequence++) {
            database.telemetryStore().store(Samples.batch("pi-1", sequence, 5), Instant.EPOCH);
            System.out.write((sequence + "\n").getBytes(StandardCharsets.US_ASCII));
            System.out.flush();
        }
    }
}
