package io.fleetfit.cost;

/**
 * A graph on a placement as the covariance sees it.
 *
 * @param placement where
 * @param graph name of the graph
 * @param openShapes whether the work is a guess
 * @param logMillis logarithm of the time by the pooled costs
 * @param shares share of each term in that time; they add up to 1
 * @param shape coordinates in which graphs of a kind lie close: square roots of the shares, and logarithms of how large a
 *     kernel is
 * @param doubt standard deviation of the logarithm of the placement's stated speed
 */
record CostPoint(
        Placement placement,
        String graph,
        boolean openShapes,
        double logMillis,
        double[] shares,
        double[] shape,
        double doubt) {
    /** Distance in the square roots of shares at which graphs no longer resemble each other much. */
    private static final double SHARE_SCALE = 0.3;

    /** The same in logarithms of kernel sizes. */
    private static final double SIZE_SCALE = 1.5;

    static CostPoint of(
            Placement placement, String graph, Workload work, boolean openShapes, UnitCosts costs, double[] shift) {
        double[] times = costs.times(work, shift);
        double sum = 0;
        for (double time : times) {
            sum += time;
        }
        double[] shape = new double[CostTerm.COUNT + 3];
        for (int k = 0; k < times.length; k++) {
            times[k] = sum > 0 ? times[k] / sum : 0;
            shape[k] = Math.sqrt(times[k]) / SHARE_SCALE;
        }
        double kernels = Math.max(1, work.of(CostTerm.KERNELS));
        double all = kernels + work.of(CostTerm.OTHER_KERNELS);
        shape[CostTerm.COUNT] = Math.log1p(work.macs() / kernels) / SIZE_SCALE;
        shape[CostTerm.COUNT + 1] = Math.log1p(work.of(CostTerm.TRAFFIC) / all) / SIZE_SCALE;
        shape[CostTerm.COUNT + 2] = Math.log1p(work.of(CostTerm.WEIGHTS) / kernels) / SIZE_SCALE;
        return new CostPoint(placement, graph, openShapes, Math.log(Math.max(sum, 1e-9)), times, shape, costs.doubt());
    }
}
