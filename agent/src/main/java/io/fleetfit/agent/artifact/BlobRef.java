package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.VariantManifest;

/**
 * What must be known of a blob to fetch it.
 *
 * @param blob digest of the whole
 * @param size length in bytes
 * @param indexDigest digest of its binary chunk index
 * @param indexSize length of the binary chunk index in bytes
 */
public record BlobRef(Digest blob, long size, Digest indexDigest, long indexSize) {
    /** The ONNX file of a variant. */
    public static BlobRef of(VariantManifest manifest) {
        return new BlobRef(manifest.blob(), manifest.size(), manifest.indexDigest(), manifest.indexSize());
    }
}
