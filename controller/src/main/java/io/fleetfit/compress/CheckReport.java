package io.fleetfit.compress;

import io.fleetfit.onnx.GraphSummary;

/**
 * What the check of a model found.
 *
 * @param summary static analysis
 * @param runMillis median time of one inference on the controller's machine with one thread, in milliseconds
 * @param peakRssBytes most memory that the checking process had, a Java machine included
 */
public record CheckReport(GraphSummary summary, double runMillis, long peakRssBytes) {}
