package io.fleetfit.agent.app;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A running agent: takes its data folder, enrols if it has not, and runs until it is closed. */
final class Agent implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Agent.class.getName());
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final AgentConfig config;
    private final DeviceParts parts;
    private final BuildInfo build;
    private final RunFile runFile;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable EnrolledDevice device;
    private boolean closed;

    private Agent(AgentConfig config, DeviceParts parts, BuildInfo build, RunFile runFile) {
        this.config = config;
        this.parts = parts;
        this.build = build;
        this.runFile = runFile;
    }

    /** How the parts that touch the board are made. */
    interface PartsFactory {
        /** Makes and starts them. */
        DeviceParts open(AgentConfig config) throws IOException;
    }

    /** Takes the data folder and starts the local API. */
    static Agent open(AgentConfig config, PartsFactory factory, BuildInfo build) throws IOException {
        RunFile runFile = RunFile.take(config.dataDir());
        try {
            DeviceParts parts = factory.open(config);
            return new Agent(config, parts, build, runFile);
        } catch (IOException | RuntimeException e) {
            runFile.close();
            throw e;
        }
    }

    /**
     * Goes into service; returns once the device is enrolled and serves, or the agent was closed. Waits for the
     * controller as long as it takes.
     *
     * @throws Enrolment.Refused the controller does not enrol this device
     */
    void start() throws IOException, Enrolment.Refused {
        Optional<Credentials> known = Credentials.load(config.dataDir());
        runFile.write(known.map(Credentials::deviceId).orElse(null), parts.apiPort());
        LOG.log(Level.INFO, "agent version={0} apiPort={1}", build.version(), String.valueOf(parts.apiPort()));
        Credentials credentials = known.isPresent() ? known.get() : enrol();
        if (credentials == null) {
            return;
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            device = new EnrolledDevice(config, credentials, parts, build);
            device.start();
        }
        runFile.write(credentials.deviceId(), parts.apiPort());
    }

    /** Null when the agent was closed meanwhile. */
    private @Nullable Credentials enrol() throws IOException, Enrolment.Refused {
        if (config.controller().enrolmentToken() == null) {
            throw new Enrolment.Refused(
                    "this device is not enrolled: set enrolment-token to a token of" + " 'fleetfit device token'");
        }
        Duration bound = FIRST_WAIT;
        while (true) {
            try {
                Credentials credentials = Enrolment.enrol(config.controller(), config.deviceId(), parts.capabilities());
                credentials.save(config.dataDir());
                LOG.log(Level.INFO, "enrolled device={0}", credentials.deviceId());
                return credentials;
            } catch (IOException e) {
                long wait = ThreadLocalRandom.current().nextLong(bound.toMillis() + 1);
                LOG.log(Level.WARNING, "not enrolled yet: {0}; nextAttemptMillis={1}", text(e), String.valueOf(wait));
                bound = bound.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? bound.multipliedBy(2) : LONGEST_WAIT;
                if (closesWithin(wait)) {
                    return null;
                }
            }
        }
    }

    private static String text(IOException e) {
        return e.getMessage() == null ? "the controller cannot be reached (" + e + ")" : e.getMessage();
    }

    private boolean closesWithin(long millis) {
        try {
            return closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits until the agent is closed. */
    void await() throws InterruptedException {
        closing.await();
    }

    /** Stops in the reverse order of the start; also after half a start, and a second time. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (device != null) {
            device.close();
        }
        parts.close();
        try {
            runFile.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the run file cannot be removed: {0}", e.getMessage());
        }
        closing.countDown();
    }
}
