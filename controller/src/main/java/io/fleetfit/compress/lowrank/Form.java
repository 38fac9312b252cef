package io.fleetfit.compress.lowrank;

/** Ways to write a layer as several smaller ones after one another. */
public enum Form {
    /** The window to few channels, then 1×1 to all; of a product: two products (Zhang et al., arXiv 1505.06798). */
    MATRIX,
    /** A column of the window to few channels, then a row of it to all (Jaderberg et al., arXiv 1405.3866). */
    SPATIAL,
    /** 1×1 to fewer channels, the window between few channels, 1×1 to all (Tucker-2; Kim et al., arXiv 1511.06530). */
    TUCKER
}
