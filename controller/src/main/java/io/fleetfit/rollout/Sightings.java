package io.fleetfit.rollout;

import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.DeviceUpdate.Act;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Observations.Sighting;
import io.fleetfit.rollout.gate.DeviceJudge;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.Span;
import io.fleetfit.rollout.plan.WaveRule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was seen of devices, entered into the books. */
final class Sightings {
    private final Books books;
    private final Duration patience;

    Sightings(Books books, Duration patience) {
        this.books = books;
        this.patience = patience;
    }

    /** A device was deleted. */
    void gone(DeviceUpdate stored) {
        DeviceUpdate update = books.newest(stored);
        if (!update.state().isEnded() || update.isDue()) {
            books.put(update, update.to(State.ABORTED, Act.NONE, books.now));
        }
    }

    /** A device reported; one that has not taken up the newest word to it says nothing of it. */
    void sighted(Sighting sighting) {
        DeviceUpdate stored = books.newest(sighting.update());
        if (stored.isDue() || sighting.generation() < stored.generation()) {
            return;
        }
        DeviceUpdate update = stored.with(stored.watch().taken());
        DeviceUpdate after =
                switch (stored.state()) {
                    case STAGING -> staging(update, sighting);
                    case UPDATING -> updating(update, sighting);
                    case SUCCEEDED -> succeeded(update, sighting);
                    case REVERTING -> reverting(update, sighting);
                    case FAILED -> failed(stored, sighting);
                    case PENDING, NO_FIT, CURRENT, STAGED, REVERTED, SKIPPED, ABORTED -> stored;
                };
        books.put(stored, after);
    }

    private DeviceUpdate staging(DeviceUpdate update, Sighting sighting) {
        SlotReport slot = sighting.slot();
        if (slot == null || slot.generation() < update.generation()) {
            return update;
        }
        return switch (slot.state()) {
            case STAGED -> update.to(State.STAGED, Act.NONE, books.now);
            case FAILED, ROLLED_BACK -> update.inWave(-1).with(error(slot)).to(State.FAILED, Act.NONE, books.now);
            case IDLE, DOWNLOADING, VERIFYING, QUALIFYING, ACTIVE, COMMITTED, ROLLING_BACK -> update;
        };
    }

    private DeviceUpdate updating(DeviceUpdate update, Sighting sighting) {
        SlotReport slot = sighting.slot();
        if (slot == null || slot.generation() < update.generation()) {
            return update;
        }
        boolean serves = Objects.requireNonNull(update.variant()).toString().equals(slot.active());
        return switch (slot.state()) {
            case ACTIVE -> serves ? update.with(update.watch().active(books.now)) : update;
            case COMMITTED ->
                serves
                        ? settled(
                                update.with(update.watch().active(books.now)).to(State.SUCCEEDED, Act.NONE, books.now))
                        : update;
            case FAILED, ROLLED_BACK -> gaveUp(update, error(slot), sighting.ranking());
            case IDLE, DOWNLOADING, VERIFYING, STAGED, QUALIFYING, ROLLING_BACK -> update;
        };
    }

    private DeviceUpdate settled(DeviceUpdate update) {
        return soak(update.wave()).isZero() ? update.with(update.watch().over()) : update;
    }

    /** How long a device of the wave is watched. */
    private Duration soak(int wave) {
        return soak(books.terms, wave);
    }

    static Duration soak(Terms terms, int wave) {
        List<WaveRule> waves = terms.plan().allWaves();
        Span soak = waves.get(Math.max(0, Math.min(wave, waves.size() - 1))).soak();
        return soak == null ? Duration.ZERO : soak.duration();
    }

    /** A device that had the new variant and lost it counts as failed after all. */
    private DeviceUpdate succeeded(DeviceUpdate update, Sighting sighting) {
        SlotReport slot = sighting.slot();
        return slot != null && gaveUp(update, slot) ? gaveUp(update, error(slot), sighting.ranking()) : update;
    }

    private DeviceUpdate reverting(DeviceUpdate update, Sighting sighting) {
        SlotReport slot = sighting.slot();
        if (isBack(update, slot)) {
            return update.to(State.REVERTED, Act.NONE, books.now);
        }
        return slot != null && gaveUp(update, slot)
                ? update.with(error(slot)).to(State.ABORTED, Act.NONE, books.now)
                : update;
    }

    /** Whether the device ended what it was asked last without coming to serve it. */
    private static boolean gaveUp(DeviceUpdate update, SlotReport slot) {
        return slot.generation() >= update.generation()
                && (slot.state() == UpdateState.FAILED || slot.state() == UpdateState.ROLLED_BACK);
    }

    private static boolean isBack(DeviceUpdate update, @Nullable SlotReport slot) {
        VariantRef previous = update.previous();
        if (previous == null) {
            return slot == null;
        }
        return slot != null
                && slot.state().isResting()
                && slot.generation() >= update.generation()
                && previous.toString().equals(slot.active());
    }

    /** A device that was out of reach and is there again follows behind all others; one that was to go back went back. */
    private DeviceUpdate failed(DeviceUpdate update, Sighting sighting) {
        if (books.ending != null) {
            return isBack(update, sighting.slot()) ? update.to(State.REVERTED, Act.NONE, books.now) : update;
        }
        SlotReport slot = sighting.slot();
        if (isLate(update, slot)) {
            DeviceUpdate late = update.with(update.watch().active(books.now)).with((UpdateError) null);
            return settled(late.to(State.SUCCEEDED, Act.NONE, books.now));
        }
        if (!Counting.isOutOfReach(update) || (slot != null && !slot.state().isResting())) {
            return update;
        }
        return update.with(update.watch().again())
                .with(update.place().later())
                .with((UpdateError) null)
                .inWave(0)
                .to(State.PENDING, Act.NONE, books.now);
    }

    /** It was too slow, and got there after all. */
    private static boolean isLate(DeviceUpdate update, @Nullable SlotReport slot) {
        return update.watch().seen()
                && update.wave() >= 0
                && update.variant() != null
                && slot != null
                && slot.state() == UpdateState.COMMITTED
                && slot.generation() >= update.generation()
                && update.variant().toString().equals(slot.active());
    }

    /** The variant did not work here: the next best one, if there is one and the failure has to do with the variant. */
    private DeviceUpdate gaveUp(DeviceUpdate update, UpdateError error, List<VariantRef> ranking) {
        Optional<VariantRef> next =
                isOfTheVariant(error) && books.ending == null ? nextBest(update, ranking) : Optional.empty();
        if (next.isEmpty()) {
            return update.with(error).to(State.FAILED, Act.NONE, books.now);
        }
        books.blame(update, Objects.requireNonNull(update.variant()));
        return move(update.with(error), next.get());
    }

    private static boolean isOfTheVariant(UpdateError error) {
        return switch (error.code().origin()) {
            case RUNTIME, BUDGET, STORAGE -> true;
            case NETWORK, ARTIFACT -> false;
        };
    }

    /** The same device with another variant of the version. */
    DeviceUpdate move(DeviceUpdate update, VariantRef next) {
        return update.choosing(next).with(update.watch().again()).to(State.UPDATING, Act.ACTIVATE, books.now);
    }

    /** The best variant behind the device's own that was not given up. */
    Optional<VariantRef> nextBest(DeviceUpdate update, List<VariantRef> ranking) {
        if (!books.terms.plan().reacting().fallsBack()) {
            return Optional.empty();
        }
        return ranking.stream()
                .skip(ranking.indexOf(update.variant()) + 1L)
                .filter(variant -> !books.givenUp().contains(variant))
                .findFirst();
    }

    private static UpdateError error(SlotReport seen) {
        return seen.error() == null
                ? UpdateError.of(
                        ErrorCode.RUNTIME_TRIAL, "the device went back to what it ran before and gave no reason")
                : seen.error();
    }

    /** A device is at work for longer than it may. */
    void overdue(DeviceUpdate stored) {
        DeviceUpdate update = books.newest(stored);
        if (!update.state().isInFlight() || update.isDue()) {
            return;
        }
        UpdateError late = UpdateError.of(
                ErrorCode.NETWORK_UNREACHABLE,
                "the device did not finish within " + patience.toSeconds() + " s; "
                        + (books.ending == null
                                ? "it follows the deployment when it is back"
                                : "it goes back when it is heard of"));
        DeviceUpdate failed = update.with(late);
        if (update.state() == State.REVERTING) {
            books.put(update, failed.to(State.ABORTED, Act.NONE, books.now));
            return;
        }
        boolean callOff = !update.watch().seen();
        books.put(
                update,
                (update.state() == State.STAGING ? failed.inWave(-1) : failed)
                        .to(State.FAILED, callOff ? Act.RESTORE : Act.NONE, books.now));
    }

    /** A device that was activated has fallen silent. */
    void silent(DeviceUpdate stored) {
        judge(stored, GateRule.Kind.SILENCE);
    }

    private void judge(DeviceUpdate stored, GateRule.Kind kind) {
        List<GateRule> gates = books.terms.plan().allGates();
        for (int i = 0; i < gates.size(); i++) {
            DeviceUpdate update = books.newest(stored);
            if (gates.get(i).kind() == kind
                    && update.watch().activeAt() != null
                    && !update.watch().settled()) {
                books.put(update, update.with(update.watch().judged(i, true)));
            }
        }
    }

    /** A device sent telemetry. Once bad it stays bad. */
    void measured(Observations.Measured measured) {
        List<GateRule> gates = books.terms.plan().allGates();
        for (int i = 0; i < gates.size(); i++) {
            DeviceUpdate update = books.newest(measured.update());
            if (!gates.get(i).needsTelemetry()
                    || !Counting.isExposed(update)
                    || update.watch().isBad(i)) {
                continue;
            }
            DeviceJudge.Judgement judgement = DeviceJudge.judge(
                    gates.get(i),
                    measured.figures(),
                    measured.reference(),
                    books.terms.policy().maxP95Millis());
            if (judgement != DeviceJudge.Judgement.UNMEASURED) {
                books.put(update, update.with(update.watch().judged(i, judgement == DeviceJudge.Judgement.BAD)));
            }
        }
    }

    /** The watch of a device is over. */
    void soaked(DeviceUpdate stored) {
        DeviceUpdate update = books.newest(stored);
        if (update.state() == State.SUCCEEDED && !update.watch().settled()) {
            books.put(update, update.with(update.watch().over()));
        }
    }
}
