package io.fleetfit.agent.probe;

import io.fleetfit.agent.artifact.DurableFiles;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ProtocolException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/** The {@link ProbeRecord} in a file. One that cannot be read counts as none: the probe runs again. */
final class ProbeJournal {
    private static final System.Logger LOG = System.getLogger(ProbeJournal.class.getName());

    private final Path file;

    ProbeJournal(Path file) {
        this.file = file;
    }

    ProbeRecord read() throws IOException {
        if (!Files.exists(file)) {
            return ProbeRecord.empty();
        }
        try {
            return JsonCodec.decode(Files.readAllBytes(file), ProbeRecord.class);
        } catch (ProtocolException e) {
            LOG.log(Level.WARNING, "{0} cannot be read and begins anew: {1}", file, e.getMessage());
            return ProbeRecord.empty();
        }
    }

    void write(ProbeRecord record) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        DurableFiles.write(file, JsonCodec.encode(record));
    }
}
