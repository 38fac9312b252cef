package io.fleetfit.deploy.simulate;

/**
 * How often things go wrong, each a chance between 0 and 1.
 *
 * @param killDevice at a write of the journal: the agent is killed, before or after the write
 * @param killController at a write of the store: the controller is killed, before or after the write
 * @param loss of a message: the connection breaks with it
 * @param duplicate of a message
 * @param reorder of a message: it comes up to half a minute late
 * @param corrupt of a chunk
 * @param partition of a device in a minute: it is cut off for up to five
 * @param fullDisk of a device
 * @param slowLink of a device
 * @param liar of a device: it claims that it runs what it was asked to run
 * @param skew of a device: its clock is hours off
 * @param dead of a device in a minute: it is gone for good
 */
public record Faults(
        double killDevice,
        double killController,
        double loss,
        double duplicate,
        double reorder,
        double corrupt,
        double partition,
        double fullDisk,
        double slowLink,
        double liar,
        double skew,
        double dead) {
    /** Nothing goes wrong. */
    public static Faults none() {
        return new Faults(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Everything goes wrong now and then. */
    public static Faults all() {
        return new Faults(0.02, 0.01, 0.02, 0.05, 0.05, 0.02, 0.03, 0.1, 0.1, 0.05, 0.1, 0.003);
    }
}
