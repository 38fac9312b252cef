package io.fleetfit.protocol;

/** A complete, verified blob on a device, with its length in bytes. */
public record HeldBlob(Digest digest, long size) {}
