package io.fleetfit.agent.runtime;

import java.nio.ByteBuffer;

/** Input and output buffers of one inference, reused. Belongs to one thread until it is closed, which gives it back. */
public interface Frame extends AutoCloseable {
    /** Buffer of an input: direct, native byte order, cleared. */
    ByteBuffer input(int index);

    /** Infers. */
    void run() throws InferenceException;

    /** An output of the last run: direct, native byte order, from 0 to its end; valid until the next run. */
    ByteBuffer output(int index);

    /** Shape of an output of the last run. */
    long[] outputShape(int index);

    @Override
    void close();
}
