package io.fleetfit.protocol;

/**
 * How far a download is.
 *
 * @param bytesTotal length of the blob
 * @param bytesDone what is on the disk and checked
 * @param bytesReceived what came over the network for it, repeated chunks included; below {@code bytesDone} when chunks
 *     were copied from blobs already held
 */
public record Progress(long bytesTotal, long bytesDone, long bytesReceived) {}
