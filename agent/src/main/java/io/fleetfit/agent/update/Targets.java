package io.fleetfit.agent.update;

import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.VariantManifest;
import java.util.Base64;

/** Reads assignments that were checked when they were accepted. */
final class Targets {
    private Targets() {}

    /** The manifest of an assignment whose signature was checked before it entered the journal. */
    static VariantManifest manifest(Assignment assignment) {
        try {
            byte[] payload = Base64.getDecoder().decode(assignment.manifest().payload());
            return JsonCodec.decode(payload, VariantManifest.class);
        } catch (ProtocolException e) {
            throw new IllegalStateException("an accepted assignment has an unreadable manifest", e);
        }
    }

    /** Whether both serve the same bytes, of the same name, in the same way. */
    static boolean sameVariant(Assignment one, Assignment other) {
        return one.settings().equals(other.settings())
                && manifest(one).plain().equals(manifest(other).plain());
    }
}
