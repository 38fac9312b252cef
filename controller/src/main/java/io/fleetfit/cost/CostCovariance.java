package io.fleetfit.cost;

/**
 * How far two logarithms of latency vary together: nested variance components, so that what is shared by all placements, by
 * an ISA class, a profile and a placement is each learned from whoever has it (all → class → profile → placement), and few
 * figures of one help its siblings.
 *
 * <p>Four kinds of departure from the pooled costs are told apart: the speed of a placement; its cost of a term (linear in
 * the share of the term, the derivative of the logarithm of the sum); what graphs of a kind have in common (a squared
 * exponential, Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 4.2); what one graph has to
 * itself. The deviations were found by maximum likelihood on published latencies of boards of several makers, and
 * rounded.
 */
final class CostCovariance {
    /** Measuring twice differs by this; standard deviation of the logarithm. */
    static final double NOISE = 0.08;

    /** A graph with open dimensions may do half or twice the work that was counted. */
    private static final double OPEN_SHAPES = 0.4;

    private static final double SPEED_OF_PLACEMENT = sq(0.40);
    private static final double SPEED_OF_CLASS = sq(0.20);

    private static final double COST_OF_ALL = sq(0.05);
    private static final double COST_OF_PRECISION = sq(0.07);
    private static final double COST_OF_THREADS = sq(0.25);
    private static final double COST_OF_CLASS = sq(0.08);
    private static final double COST_OF_CLASS_PRECISION = sq(0.16);
    private static final double COST_OF_PROFILE = sq(0.10);
    private static final double COST_OF_PROFILE_PRECISION = sq(0.10);
    private static final double COST_OF_PLACEMENT = sq(0.13);

    private static final double KIND_OF_ALL = sq(0.15);
    private static final double KIND_OF_CLASS = sq(0.10);
    private static final double KIND_OF_PROFILE = sq(0.09);
    private static final double KIND_OF_PLACEMENT = sq(0.08);

    private static final double GRAPH_OF_ALL = sq(0.06);
    private static final double GRAPH_OF_THREADS = sq(0.06);
    private static final double GRAPH_OF_PROFILE = sq(0.04);

    private final double[] meanShares;

    /** @param meanShares shares of an ordinary graph; costs are seen as departures from it */
    CostCovariance(double[] meanShares) {
        this.meanShares = meanShares;
    }

    /** Covariance of the logarithms of two latencies, noise left out. */
    double of(CostPoint a, CostPoint b) {
        Placement p = a.placement();
        Placement q = b.placement();
        boolean sameProvider = p.provider().equals(q.provider());
        boolean sameClass = sameProvider && p.isaClass().equals(q.isaClass());
        boolean sameProfile = sameProvider && p.profile().equals(q.profile());
        boolean samePrecision = p.int8() == q.int8();
        boolean alikeThreads = p.threads() > 1 == q.threads() > 1;
        boolean samePlacement = sameProfile && samePrecision && p.threads() == q.threads();

        double speed = 0;
        double cost = COST_OF_ALL;
        double kind = KIND_OF_ALL;
        double graph = GRAPH_OF_ALL;
        if (samePrecision) {
            cost += COST_OF_PRECISION;
        }
        if (alikeThreads) {
            cost += COST_OF_THREADS;
            graph += samePrecision ? GRAPH_OF_THREADS : 0;
        }
        if (sameClass) {
            cost += COST_OF_CLASS;
            if (samePrecision) {
                speed += SPEED_OF_CLASS;
                cost += COST_OF_CLASS_PRECISION;
                kind += KIND_OF_CLASS;
            }
        }
        if (sameProfile) {
            speed += Math.min(a.doubt(), b.doubt()) * Math.min(a.doubt(), b.doubt());
            cost += COST_OF_PROFILE;
            graph += GRAPH_OF_PROFILE;
            if (samePrecision) {
                cost += COST_OF_PROFILE_PRECISION;
                kind += KIND_OF_PROFILE;
            }
        }
        if (samePlacement) {
            speed += SPEED_OF_PLACEMENT * placementDoubt(a, b);
            cost += COST_OF_PLACEMENT;
            kind += KIND_OF_PLACEMENT;
        }
        double sum = speed + cost * alikeShares(a, b) + kind * alikeShape(a, b);
        if (a.graph().equals(b.graph())) {
            sum += graph + (a.openShapes() && b.openShapes() ? sq(OPEN_SHAPES) : 0);
        }
        return sum;
    }

    /** Where the stated speed is sure, that of a number of threads and a precision is too. */
    private static double placementDoubt(CostPoint a, CostPoint b) {
        return Math.min(1, Math.min(a.doubt(), b.doubt()) / 0.4);
    }

    private double alikeShares(CostPoint a, CostPoint b) {
        double sum = 0;
        for (int k = 0; k < meanShares.length; k++) {
            sum += (a.shares()[k] - meanShares[k]) * (b.shares()[k] - meanShares[k]);
        }
        return sum;
    }

    private static double alikeShape(CostPoint a, CostPoint b) {
        double distance = 0;
        for (int k = 0; k < a.shape().length; k++) {
            distance += sq(a.shape()[k] - b.shape()[k]);
        }
        return Math.exp(-distance / 2);
    }

    private static double sq(double value) {
        return value * value;
    }
}
