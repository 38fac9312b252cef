package io.fleetfit.deploy.simulate;

import io.fleetfit.registry.Refused;
import io.fleetfit.rollout.AbortMode;
import io.fleetfit.rollout.AuditEntry;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutService;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One run: a fleet takes version 1 in peace, then version 2 while everything goes wrong, and rests when the faults are over.
 * The same scenario and seed give the same run, event by event.
 */
public final class Simulation {
    private static final Duration PEACE = Duration.ofHours(4);
    private static final Duration REST = Duration.ofMinutes(25);
    private static final List<SimBlobs.Blob> FILES =
            List.of(SimBlobs.random(30_000, 1), SimBlobs.random(90_000, 2), SimBlobs.random(60_000, 3));

    private final Scenario scenario;
    private final long seed;
    private final Random random;
    private final Path folder;
    private final SimWorld world;
    private final Invariants invariants;
    private long events;

    /**
     * How a run went.
     *
     * @param seed of the run
     * @param state in which the rollout of the new version ended, or rests
     * @param succeeded devices that run it
     * @param events that happened
     * @param virtual time that passed
     * @param story who did what when and why, oldest first
     */
    public record Outcome(
            long seed, Rollout.State state, long succeeded, long events, Duration virtual, List<AuditEntry> story) {
        public Outcome {
            story = List.copyOf(story);
        }
    }

    /** A run threw; carries the seed that makes it do so again. */
    public static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(long seed, long event, Duration at, Throwable cause) {
            super(
                    "seed " + seed + " fails at event " + event + ", " + at.toSeconds() + " s: " + cause.getMessage()
                            + "; run it again with: fleetfit simulate SCENARIO --seed " + seed + " --runs 1",
                    cause);
        }
    }

    private Simulation(Scenario scenario, long seed, Path folder) {
        this.scenario = scenario;
        this.seed = seed;
        this.folder = folder;
        this.random = new Random(seed);
        Faults faults = scenario.faults() == null ? Faults.all() : scenario.faults();
        this.world = new SimWorld(scenario, faults, random.nextLong());
        this.invariants = new Invariants(world);
    }

    /**
     * Runs one seed of a scenario.
     *
     * @throws Failed if an invariant does not hold
     */
    public static Outcome run(Scenario scenario, long seed) {
        Path folder = newFolder();
        Simulation simulation = new Simulation(scenario, seed, folder);
        try {
            return simulation.run();
        } catch (RuntimeException e) {
            throw new Failed(seed, simulation.events, Duration.ofNanos(simulation.world.time.nanos()), e);
        } finally {
            delete(folder);
        }
    }

    /** In memory where the system has a folder for that: devices force every file to the disk. */
    private static Path newFolder() {
        Path memory = Path.of("/dev/shm");
        try {
            return Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "fleetfit-sim-")
                    : Files.createTempDirectory("fleetfit-sim-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }

    private Outcome run() {
        FILES.forEach(world.blobs::add);
        world.registry.add("1", "fp32", FILES.get(0), 0.9);
        world.registry.add("2", "fp32", FILES.get(1), 0.95);
        world.registry.add("2", "int8", FILES.get(2), 0.94);
        world.startController();
        for (int i = 0; i < scenario.devices(); i++) {
            add("d" + i);
        }
        world.quietly(() -> {
            world.wish("1", RolloutPlan.atOnce());
            world.controlled(it -> it.start("all", null, "sim"));
            runUntil(Duration.ofMinutes(2));
        });
        RolloutPlan plan = scenario.plan() == null ? Plans.random(random) : scenario.plan();
        world.wish("2", plan);
        String rollout = start();
        mischief(rollout);
        Duration faults = Duration.ofMinutes(scenario.faultMinutes());
        for (Duration end = faults.plus(REST); end.compareTo(faults.plus(PEACE)) <= 0; end = end.plus(REST)) {
            runUntil(end);
            if (invariants.rest()) {
                break;
            }
        }
        invariants.atEnd();
        RolloutState state = world.rollouts.state(rollout).orElseThrow();
        List<AuditEntry> story = new ArrayList<>(world.rollouts.audits(null, rollout, Integer.MAX_VALUE));
        Collections.reverse(story);
        long succeeded = state.progress().count(DeviceUpdate.State.SUCCEEDED);
        return new Outcome(
                seed, state.rollout().state(), succeeded, events, Duration.ofNanos(world.time.nanos()), story);
    }

    private void add(String id) {
        SimDevice.Nature nature = new SimDevice.Nature(
                chance(world.faults.slowLink()),
                chance(world.faults.fullDisk()),
                chance(world.faults.liar()),
                chance(world.faults.skew()) ? Duration.ofHours(random.nextInt(48) - 24L) : Duration.ZERO);
        world.fleet.upsertDevice(
                world.enrolled(id, random.nextInt(3) == 0 ? "nano" : "pi", Map.of("site", "s" + random.nextInt(3))));
        SimDevice device = new SimDevice(id, nature, world, folder.resolve(id), random.nextLong());
        world.devices.put(id, device);
        device.start();
    }

    private boolean chance(double share) {
        return random.nextDouble() < share;
    }

    /** The controller may be killed while it starts the rollout: whoever started it tries again. */
    private String start() {
        for (int i = 0; i < 100; i++) {
            world.controlled(it -> {
                try {
                    it.start("all", null, "sim");
                } catch (Refused e) {
                    // It was stored before the controller was killed.
                }
            });
            Optional<RolloutState> newest =
                    world.rollouts.states(Optional.of("all"), 1).stream().findFirst();
            if (newest.isPresent() && newest.get().rollout().version().equals("2")) {
                return newest.get().rollout().id();
            }
            runUntil(Duration.ofNanos(world.time.nanos()).plusSeconds(20));
        }
        throw new Violation("the rollout cannot be started");
    }

    /** Devices join, are cut off and die; somebody gives orders. */
    private void mischief(String rollout) {
        for (int i = 0; i < scenario.joiners(); i++) {
            String id = "j" + i;
            world.time.after(Duration.ofSeconds(random.nextInt(1_800)), () -> add(id));
        }
        if (world.faults.equals(Faults.none())) {
            return;
        }
        if (random.nextInt(4) == 0) {
            AbortMode mode = random.nextBoolean() ? AbortMode.REVERT : AbortMode.KEEP;
            order(service -> service.abort(rollout, mode, "sim", "called off"));
        }
        if (random.nextInt(3) == 0) {
            order(service -> service.pause(rollout, "sim", "a moment"));
            world.time.after(Duration.ofMinutes(40), () -> ordered(it -> it.resume(rollout, "sim", "go on")));
        }
        if (random.nextInt(3) == 0) {
            order(service -> service.retry(rollout, "sim", "once more"));
        }
        for (int i = 1; i < 6; i++) {
            world.time.after(Duration.ofMinutes(20L * i), () -> ordered(it -> it.promote(rollout, "sim", "go on")));
        }
        minute();
    }

    private void order(Consumer<RolloutService> order) {
        world.time.after(Duration.ofSeconds(random.nextInt(1_500)), () -> ordered(order));
    }

    /** An order that does not fit the moment is refused, which is right. */
    private void ordered(Consumer<RolloutService> order) {
        world.controlled(it -> {
            try {
                order.accept(it);
            } catch (Refused e) {
                // As it should.
            }
        });
    }

    private void minute() {
        for (SimDevice device : List.copyOf(world.devices.values())) {
            if (world.happens(random, world.faults.partition())) {
                device.cutOff(Duration.ofSeconds(random.nextInt(300)));
            }
            if (world.happens(random, world.faults.dead())) {
                device.die();
            }
        }
        if (world.faulty()) {
            world.time.after(Duration.ofMinutes(1), this::minute);
        } else {
            // Whoever looks after the devices restarts those that stand still.
            world.devices.values().stream()
                    .filter(it -> it.nature.full() && !it.isDead())
                    .forEach(SimDevice::start);
        }
    }

    private void runUntil(Duration end) {
        long nanos = end.toNanos();
        boolean[] over = {world.time.nanos() >= nanos};
        world.time.after(nanos - world.time.nanos(), () -> over[0] = true);
        while (!over[0] && world.time.next()) {
            events++;
            if (world.changed) {
                world.changed = false;
                invariants.afterEvent();
            }
        }
    }
}
