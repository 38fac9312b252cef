package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import java.util.Set;

/** Port: somebody who needs blobs to stay. */
@FunctionalInterface
public interface BlobReferences {
    /** The blobs that must stay now. */
    Set<Digest> referenced();
}
