package io.fleetfit.agent.isolate;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * The child's side: one order, one answer. A thread reads ahead on the standard input, and its end, which comes when the
 * agent dies, ends this process at once, whatever a model does.
 */
public final class ChildMain {
    private static final int ENDED_WITH_PARENT = 3;
    private static final long LONGEST_IDLE_SECONDS = 120;

    private ChildMain() {}

    /** What a child does with its order. */
    public interface Work {
        /** Reads the order, works, answers; flushes as it goes. */
        void run(DataInputStream order, DataOutputStream answer) throws IOException;
    }

    /** Runs the work and ends the process. */
    public static void run(Work work) {
        DataOutputStream answer = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        OrderPipe pipe = new OrderPipe(new FileInputStream(FileDescriptor.in));
        pipe.start(() -> Runtime.getRuntime().halt(ENDED_WITH_PARENT), TimeUnit.SECONDS.toNanos(LONGEST_IDLE_SECONDS));
        try {
            work.run(new DataInputStream(pipe.orders()), answer);
            answer.flush();
            Runtime.getRuntime().halt(0);
        } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
            System.err.println("Error: " + e);
            Runtime.getRuntime().halt(1);
        }
    }
}
