package io.fleetfit.agent.update;

import java.io.IOException;
import java.util.Optional;

/** Port: where the update machine writes down each step before it acts. */
public interface UpdateJournal {
    /** What was written last; empty when nothing was, or when it cannot be read and was put aside. */
    Optional<JournalState> read() throws IOException;

    /** Replaces what was written; when this returns it survives a power cut, when it throws the old content stands. */
    void write(JournalState state) throws IOException;
}
