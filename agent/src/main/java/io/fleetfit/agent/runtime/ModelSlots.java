package io.fleetfit.agent.runtime;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** All slots of the agent by name. Thread-safe. */
public final class ModelSlots {
    private final Map<String, ModelSlot> slots = new ConcurrentHashMap<>();

    /** Names of the slots that there are. */
    public SortedSet<String> names() {
        return new TreeSet<>(slots.keySet());
    }

    /** A lease on the slot of this name, or else on one whose variant is of a model of this name. */
    public Optional<Lease> acquire(String name) {
        ModelSlot slot = slots.get(name);
        if (slot != null) {
            return slot.acquire();
        }
        for (ModelSlot other : slots.values()) {
            Optional<Lease> lease = other.acquire();
            if (lease.isPresent() && lease.get().served().manifest().model().equals(name)) {
                return lease;
            }
            lease.ifPresent(Lease::close);
        }
        return Optional.empty();
    }

    void serve(String slot, Served next) {
        slots.computeIfAbsent(slot, name -> new ModelSlot()).swap(next);
    }

    void clear(String slot) {
        ModelSlot gone = slots.remove(slot);
        if (gone != null) {
            gone.swap(null);
        }
    }

    /** Lets all slots serve nothing. */
    void clearAll() {
        names().forEach(this::clear);
    }
}
