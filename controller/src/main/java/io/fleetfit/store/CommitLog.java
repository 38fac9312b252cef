package io.fleetfit.store;

/**
 * Makes commits durable in groups. H2 writes commits in the background, half a second late, and syncs the file only when
 * told to; here a committing thread waits for a sync that began after its commit, and one sync serves all who wait, so
 * that many writers do not cost many syncs. Thread-safe.
 */
final class CommitLog {
    private final Runnable sync;
    private long asked;
    private long kept;
    private boolean syncing;

    /** {@code sync} makes everything durable that was committed before it was called. */
    CommitLog(Runnable sync) {
        this.sync = sync;
    }

    /** Returns once everything is durable that this thread committed before; throws what the sync threw. */
    void awaitDurable() {
        long ticket = ticket();
        while (awaitTurn(ticket)) {
            lead();
        }
    }

    private synchronized long ticket() {
        return ++asked;
    }

    /** True if this thread must sync; false once its ticket is kept. An interruption is noted and does not cut it short. */
    private synchronized boolean awaitTurn(long ticket) {
        boolean interrupted = false;
        while (syncing && kept < ticket) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        syncing = syncing || kept < ticket;
        return kept < ticket;
    }

    private void lead() {
        long upTo = newestTicket();
        boolean done = false;
        try {
            sync.run();
            done = true;
        } finally {
            end(done ? upTo : 0);
        }
    }

    private synchronized long newestTicket() {
        return asked;
    }

    private synchronized void end(long upTo) {
        kept = Math.max(kept, upTo);
        syncing = false;
        notifyAll();
    }
}
