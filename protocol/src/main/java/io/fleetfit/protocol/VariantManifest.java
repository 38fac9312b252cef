package io.fleetfit.protocol;

/**
 * Everything that a device must know of a variant before it downloads it. Travels as a signed {@link DsseEnvelope} of
 * payload type {@link DsseEnvelope#MANIFEST}.
 *
 * @param protocol {@link Protocol#VERSION}
 * @param model name of the model
 * @param version version of the model
 * @param variant name of the variant within the version
 * @param recipe what made it
 * @param precision {@code fp32}, {@code fp16-storage}, {@code int8-weights}, …
 * @param blob digest of the ONNX file
 * @param size length of the ONNX file in bytes
 * @param indexDigest digest of the binary {@link ChunkIndex}
 * @param indexSize length of the binary chunk index in bytes
 * @param contract the model's contract
 */
public record VariantManifest(
        String protocol,
        String model,
        String version,
        String variant,
        String recipe,
        String precision,
        Digest blob,
        long size,
        Digest indexDigest,
        long indexSize,
        ModelContract contract) {

    /** The variant's full name, {@code model@version/variant}. */
    public String reference() {
        return model + "@" + version + "/" + variant;
    }
}
