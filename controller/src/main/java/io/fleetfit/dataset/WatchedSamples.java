package io.fleetfit.dataset;

import io.fleetfit.protocol.Digest;
import java.util.Iterator;

/** Samples that know whether anybody read them: what was not read has no part in the result. */
public final class WatchedSamples implements Samples {
    private final Samples samples;
    private boolean read;

    /** Watches {@code samples}. */
    public WatchedSamples(Samples samples) {
        this.samples = samples;
    }

    /** Whether somebody read them. */
    public boolean wereRead() {
        return read;
    }

    @Override
    public int count() {
        return samples.count();
    }

    @Override
    public Digest digest() {
        return samples.digest();
    }

    @Override
    public Iterator<Sample> iterator() {
        read = true;
        return samples.iterator();
    }
}
