package io.fleetfit.rollout;

import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.DeviceUpdate.Act;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Observations.Candidate;
import io.fleetfit.rollout.plan.Limits;
import io.fleetfit.rollout.plan.RateRule;
import io.fleetfit.rollout.plan.Reaction;
import io.fleetfit.rollout.plan.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may be asked now: limits of the wave, of devices at work, of the rate and of the bandwidth, windows, groups. */
final class Admission {
    /** Devices looked at in one step. */
    static final int PAGE = 500;

    /** A bucket holds what comes in this time, so that steps that come late lose nothing. */
    private static final double BURST_SECONDS = 30;

    private Admission() {}

    /** What the planner wishes to see of the rollout at this time. */
    static Wants wants(RolloutState state, Instant now) {
        Books books = new Books(state, now);
        return switch (state.rollout().state()) {
            case WAITING, PAUSED -> Wants.nothing();
            case ABORTING -> ofAbort(books);
            case RUNNING -> ofRunning(books);
            case SUCCEEDED, FAILED, ABORTED ->
                RolloutPlanner.isFollowed(state) ? ofWave(books, Map.of()) : Wants.nothing();
        };
    }

    private static Wants ofAbort(Books books) {
        Set<State> states = EnumSet.of(State.STAGING, State.STAGED, State.UPDATING);
        if (books.ending == Reaction.REVERT) {
            states.add(State.SUCCEEDED);
            states.add(State.FAILED);
        }
        return new Wants(states, Set.of(), Map.of(), Set.of(), Set.of(), PAGE);
    }

    private static Wants ofRunning(Books books) {
        return switch (books.phase) {
            case APPROVAL, HELD -> Wants.nothing();
            case STAGING ->
                new Wants(
                        EnumSet.of(State.PENDING),
                        Set.of(),
                        Map.of(),
                        closed(books),
                        full(books),
                        limited(books, PAGE));
            case MOVING ->
                new Wants(
                        EnumSet.of(State.STAGING, State.STAGED, State.UPDATING, State.SUCCEEDED, State.FAILED),
                        books.givenUp(),
                        Map.of(),
                        Set.of(),
                        Set.of(),
                        PAGE);
            case ROLLING -> ofWave(books, books.terms.borders().get(books.wave));
        };
    }

    private static Wants ofWave(Books books, Map<String, Long> borders) {
        long room = PAGE;
        if (books.wave < books.terms.waves() && !books.terms.isLast(books.wave)) {
            room = Math.min(room, books.terms.quotas().get(books.wave) - books.exposed());
            if (room <= 0) {
                return new Wants(EnumSet.of(State.PENDING), Set.of(), borders, Set.of(), Set.of(), 0);
            }
        }
        return new Wants(
                books.terms.plan().preStage() == null
                        ? EnumSet.of(State.PENDING)
                        : EnumSet.of(State.PENDING, State.STAGED),
                Set.of(),
                borders,
                closed(books),
                full(books),
                limited(books, room));
    }

    private static int limited(Books books, long room) {
        long free = books.terms.plan().bounds().maxInFlight() - books.inFlight();
        double byRate = rate(books) == null ? room : Math.floor(tokens(books).tokens());
        boolean bytes = books.terms.plan().bounds().bytesPerSecond() == null
                || byteTokens(books).tokens() > 0;
        return bytes ? (int) Math.max(0, Math.min((double) Math.min(room, free), byRate)) : 0;
    }

    private static Set<String> closed(Books books) {
        Window window = books.terms.plan().window();
        Set<String> closed = new HashSet<>();
        if (window != null) {
            for (String zone : books.terms.zones()) {
                if (!window.isOpen(zone, books.now)) {
                    closed.add(zone);
                }
            }
        }
        return closed;
    }

    private static Set<String> full(Books books) {
        Limits.Unavailable bound = books.terms.plan().bounds().unavailable();
        return bound == null ? Set.of() : books.groupsWith(bound.max());
    }

    private static @Nullable RateRule rate(Books books) {
        return books.terms.plan().rate();
    }

    /** The asks that the rate allows by now. */
    private static Progress.Bucket tokens(Books books) {
        RateRule rule = rate(books);
        if (rule == null) {
            return books.rate;
        }
        double perSecond = rule.perMinute(books.succeeded()) / 60;
        return filled(books.rate, perSecond, Math.max(1, perSecond * BURST_SECONDS), books);
    }

    private static Progress.Bucket byteTokens(Books books) {
        Long perSecond = books.terms.plan().bounds().bytesPerSecond();
        return perSecond == null ? books.bytes : filled(books.bytes, perSecond, perSecond * BURST_SECONDS, books);
    }

    private static Progress.Bucket filled(Progress.Bucket bucket, double perSecond, double most, Books books) {
        double seconds = Math.max(0, Duration.between(bucket.at(), books.now).toNanos() / 1e9);
        return new Progress.Bucket(Math.min(most, bucket.tokens() + perSecond * seconds), books.now);
    }

    /** Asks the candidates, as far as the limits allow. */
    static void admit(Books books, List<Candidate> candidates, boolean stageOnly) {
        books.rate = tokens(books);
        books.bytes = byteTokens(books);
        Limits limits = books.terms.plan().bounds();
        for (Candidate candidate : candidates) {
            DeviceUpdate update = books.newest(candidate.update());
            if (!isOpen(update.state()) || candidate.busy() || isFull(books, update)) {
                continue;
            }
            if (candidate.owner() != null) {
                books.put(update, update.to(State.SKIPPED, Act.NONE, books.now));
                continue;
            }
            boolean free = books.inFlight() < limits.maxInFlight()
                    && (limits.bytesPerSecond() == null || books.bytes.tokens() > 0)
                    && (rate(books) == null || books.rate.tokens() >= 1);
            if (!free) {
                return;
            }
            ask(books, candidate, update, stageOnly);
        }
    }

    private static boolean isOpen(State state) {
        return state == State.PENDING || state == State.STAGED;
    }

    private static boolean isFull(Books books, DeviceUpdate update) {
        Limits.Unavailable bound = books.terms.plan().bounds().unavailable();
        String group = update.place().group();
        return bound != null && !group.isEmpty() && books.inGroup(group) >= bound.max();
    }

    private static void ask(Books books, Candidate candidate, DeviceUpdate update, boolean stageOnly) {
        Optional<VariantRef> variant = candidate.ranking().isEmpty()
                ? Optional.ofNullable(update.variant())
                        .filter(it -> !books.givenUp().contains(it))
                : candidate.ranking().stream()
                        .filter(it -> !books.givenUp().contains(it))
                        .findFirst();
        if (variant.isEmpty()) {
            books.put(update, update.to(State.NO_FIT, Act.NONE, books.now));
            return;
        }
        DeviceUpdate chosen = update.choosing(variant.get()).inWave(books.wave);
        books.put(
                update,
                stageOnly
                        ? chosen.to(State.STAGING, Act.STAGE, books.now)
                        : chosen.to(State.UPDATING, Act.ACTIVATE, books.now));
        books.rate = new Progress.Bucket(books.rate.tokens() - 1, books.now);
        if (update.state() == State.PENDING) {
            books.bytes =
                    new Progress.Bucket(books.bytes.tokens() - update.place().bytes(), books.now);
        }
    }

    /** Sends the candidates to the next best variant; those without one go back to what they ran before. */
    static void move(Books books, Sightings sightings, List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            DeviceUpdate update = books.newest(candidate.update());
            Optional<VariantRef> next = sightings.nextBest(update, candidate.ranking());
            if (next.isPresent()) {
                boolean staged = update.state() == State.STAGED || update.state() == State.STAGING;
                books.put(
                        update,
                        staged
                                ? update.choosing(next.get())
                                        .with(update.watch().again())
                                        .to(State.PENDING, Act.NONE, books.now)
                                : sightings.move(update, next.get()));
            } else {
                books.put(update, update.to(State.REVERTING, Act.RESTORE, books.now));
            }
        }
    }

    /** Calls the candidates off and takes them back; one that was never heard of since it was asked is not waited for. */
    static void takeBack(Books books, List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            DeviceUpdate update = books.newest(candidate.update());
            boolean unheard = update.state().isInFlight() && !update.watch().seen();
            if (unheard) {
                books.put(update, update.to(State.ABORTED, Act.RESTORE, books.now));
            } else if (update.state().isExposed()
                    || update.state() == State.STAGING
                    || update.state() == State.STAGED) {
                books.put(update, update.to(State.REVERTING, Act.RESTORE, books.now));
            }
        }
    }
}
