package io.fleetfit.agent.update;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.agent.artifact.DurableFiles;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The journal as one JSON file. A second file beside it holds some room: on a disk that is full a failure could not be noted
 * otherwise, and what is not noted is not reported.
 */
public final class FileJournal implements UpdateJournal {
    private static final System.Logger LOG = System.getLogger(FileJournal.class.getName());
    private static final int RESERVE_BYTES = 1 << 16;

    private final Path file;
    private final Path reserve;
    private final ObjectMapper mapper = JsonCodec.mapper();

    /** A journal in {@code file}, whose folder is made if it is not there. */
    public FileJournal(Path file) throws IOException {
        this.file = file.toAbsolutePath();
        this.reserve = this.file.resolveSibling(this.file.getFileName() + ".reserve");
        Files.createDirectories(this.file.getParent());
        takeReserve();
    }

    /** Takes what the disk gives; less is better than nothing. */
    private void takeReserve() {
        try {
            if (!Files.exists(reserve)) {
                Files.write(reserve, new byte[RESERVE_BYTES]);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "no room is reserved for the journal: {0}", e.getMessage());
        }
    }

    /**
     * {@inheritDoc} A file of a newer format is an error; one that is no journal (a damaged disk) is put aside, and the
     * controller's retained desired state brings the device back.
     */
    @Override
    public Optional<JournalState> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JournalState state = mapper.readValue(Files.readAllBytes(file), JournalState.class);
            if (state == null || state.format() > JournalState.FORMAT) {
                throw new IOException("journal " + file + " was written by a newer agent; install that one again or"
                        + " move the file away");
            }
            return Optional.of(state);
        } catch (JsonProcessingException e) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            LOG.log(Level.ERROR, "journal cannot be read and was put aside file={0}: {1}", aside, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void write(JournalState state) throws IOException {
        byte[] content = mapper.writeValueAsBytes(state);
        try {
            DurableFiles.write(file, content);
        } catch (IOException e) {
            if (!Files.deleteIfExists(reserve)) {
                throw e;
            }
            DurableFiles.write(file, content);
        }
        takeReserve();
    }
}
