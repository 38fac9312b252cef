package io.fleetfit.rollout.gate;

import org.apache.commons.math3.special.Beta;

/**
 * Tests whether a share of bad devices is above a bound, and may be looked at after every device without raising more
 * false alarms.
 *
 * <p>The evidence is a likelihood ratio averaged over a uniform prior of the shares above the bound (a mixture as in the
 * mSPRT of Johari, Pekelis and Walsh, arXiv 1512.04922, or a mixture of bets as in Waudby-Smith and Ramdas, arXiv
 * 2010.09686). While the true share, which may differ from device to device, is at most the bound, it is a non-negative
 * supermartingale that begins at 1, so by Ville's inequality the chance that it ever reaches {@code 1/alpha} is at most
 * {@code alpha} (Howard, Ramdas, McAuliffe, Sekhon, arXiv 1810.08240). It grows with each bad device: counting devices
 * that are not decided yet as good therefore only makes it smaller, whatever the order in which devices are decided.
 */
public final class SequentialTest {
    private static final int HALVINGS = 16;

    private SequentialTest() {}

    /**
     * Natural logarithm of the evidence that the share is above {@code bound}; 0 without devices.
     *
     * @param bad devices seen to be bad
     * @param devices all devices, at least {@code bad}
     * @param bound tolerated share, 0 to below 1
     */
    public static double logEvidence(long bad, long devices, double bound) {
        if (bad < 0 || bad > devices || !(bound >= 0 && bound < 1)) {
            throw new IllegalArgumentException(
                    bad + " bad of " + devices + " devices against " + bound + " is not a question");
        }
        if (devices == 0) {
            return 0;
        }
        if (bound == 0) {
            return bad > 0 ? Double.POSITIVE_INFINITY : -Math.log1p((double) devices);
        }
        long good = devices - bad;
        double above = Beta.regularizedBeta(1 - bound, good + 1.0, bad + 1.0);
        return Math.log(above)
                - Math.log1p(-bound)
                + Beta.logBeta(bad + 1.0, good + 1.0)
                - bad * Math.log(bound)
                - good * Math.log1p(-bound);
    }

    /** Whether the share is above {@code bound}; wrong with a chance of at most {@code alpha} over all looks together. */
    public static boolean isAbove(long bad, long devices, double bound, double alpha) {
        return logEvidence(bad, devices, bound) >= -Math.log(alpha);
    }

    /** The largest share that is ruled out from below: the true one is above it but for a chance of {@code alpha}. */
    public static double lower(long bad, long devices, double alpha) {
        if (bad == 0) {
            return 0;
        }
        double low = 0;
        double high = (double) bad / devices;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (isAbove(bad, devices, middle, alpha)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The smallest share that is ruled out from above. */
    public static double upper(long bad, long devices, double alpha) {
        return 1 - lower(devices - bad, devices, alpha);
    }
}
