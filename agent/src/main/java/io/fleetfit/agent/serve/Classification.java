package io.fleetfit.agent.serve;

/**
 * What a picture shows.
 *
 * @param index of the class
 * @param label its name; the index as text where classes have no names
 * @param score probability, or the raw output where the model gives none
 */
public record Classification(int index, String label, double score) {}
