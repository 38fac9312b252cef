package io.fleetfit.protocol;

import org.jspecify.annotations.Nullable;

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
 * @param golden inputs with the outputs that the file gave the controller; absent if it made none
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
        ModelContract contract,
        @Nullable Golden golden) {

    /** Without golden inputs. */
    public VariantManifest(
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
        this(protocol, model, version, variant, recipe, precision, blob, size, indexDigest, indexSize, contract, null);
    }

    /** The same without golden inputs, which do not change what is served. */
    public VariantManifest plain() {
        return new VariantManifest(
                protocol, model, version, variant, recipe, precision, blob, size, indexDigest, indexSize, contract);
    }

    /** The variant's full name, {@code model@version/variant}. */
    public String reference() {
        return model + "@" + version + "/" + variant;
    }
}
