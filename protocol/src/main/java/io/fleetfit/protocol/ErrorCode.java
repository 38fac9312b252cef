package io.fleetfit.protocol;

/** Why an update on a device failed, grouped by where the failure comes from. */
public enum ErrorCode {
    /** The link dropped or the controller did not answer, and the retries ended. */
    NETWORK_UNREACHABLE(Origin.NETWORK),
    /** A desired state was not signed by the enrolled controller. */
    NETWORK_BAD_SIGNATURE(Origin.NETWORK),
    /** A desired state of an older generation than one already seen. */
    NETWORK_STALE_GENERATION(Origin.NETWORK),
    /** A desired state past its expiry. */
    NETWORK_EXPIRED(Origin.NETWORK),
    /** A message that cannot be read, or of an unknown major version. */
    NETWORK_BAD_MESSAGE(Origin.NETWORK),
    /** The artifact does not fit the quota; checked before the first byte. */
    STORAGE_QUOTA(Origin.STORAGE),
    /** The disk has no room. */
    STORAGE_FULL(Origin.STORAGE),
    /** Reading or writing failed. */
    STORAGE_IO(Origin.STORAGE),
    /** The chunk index does not have the digest that the manifest states. */
    ARTIFACT_INDEX_DIGEST(Origin.ARTIFACT),
    /** Chunks kept arriving with a wrong digest. */
    ARTIFACT_CHUNK_DIGEST(Origin.ARTIFACT),
    /** The whole artifact does not have the digest that the manifest states. */
    ARTIFACT_DIGEST(Origin.ARTIFACT),
    /** The controller does not hold the artifact. */
    ARTIFACT_UNKNOWN(Origin.ARTIFACT),
    /** ONNX Runtime refused the model. */
    RUNTIME_LOAD(Origin.RUNTIME),
    /** The model loaded but a trial run failed or gave other outputs than the contract names. */
    RUNTIME_TRIAL(Origin.RUNTIME),
    /** The agent was started too often while this variant was being brought up. */
    RUNTIME_CRASH_LOOP(Origin.RUNTIME),
    /** An execution provider that the assignment demands is absent. */
    RUNTIME_PROVIDER(Origin.RUNTIME),
    /** The trial was slower than the budget. */
    BUDGET_LATENCY(Origin.BUDGET),
    /** The trial took more memory than the budget. */
    BUDGET_MEMORY(Origin.BUDGET);

    /** Where a failure comes from. */
    public enum Origin {
        NETWORK,
        STORAGE,
        ARTIFACT,
        RUNTIME,
        BUDGET
    }

    private final Origin origin;

    ErrorCode(Origin origin) {
        this.origin = origin;
    }

    /** Where this failure comes from. */
    public Origin origin() {
        return origin;
    }
}
