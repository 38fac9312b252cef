package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.Digest;
import java.util.List;

/** Port: how requests for chunks reach the controller. No method blocks. */
public interface ChunkLink {
    /** Takes what arrives; may write to the disk, must not call the link's blocking parts. */
    @FunctionalInterface
    interface Receiver {
        /** One part of a blob or of its index, or word that the controller does not hold it. */
        void receive(ChunkHeader header, byte[] payload);
    }

    /** Whether a request has a chance to be answered now. */
    boolean isConnected();

    /** Whether chunks must come to this device alone (a link that costs by the byte). */
    boolean isMetered();

    /** Wishes to hear of the blob's chunks until {@link #close}; also after a reconnect. */
    void open(Digest blob);

    /** Asks for parts of the blob; lost without word when the link is down. */
    void request(Digest blob, ChunkRequest.Kind kind, List<Integer> numbers);

    /**
     * Asks for one chunk once more, for this device alone: what came was damaged on the way to it, and others need it not.
     */
    default void requestAgain(Digest blob, int number) {
        request(blob, ChunkRequest.Kind.CHUNK, List.of(number));
    }

    /** Ends {@link #open}. */
    void close(Digest blob);
}
