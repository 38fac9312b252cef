package io.fleetfit.dataset;

import io.fleetfit.dataset.file.DataSetManifest;

/**
 * What the check of a data set found.
 *
 * @param manifest what the set says of itself, counted again
 * @param duplicates samples whose content another sample has already
 */
public record DataSetFacts(DataSetManifest manifest, long duplicates) {}
