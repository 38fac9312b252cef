package io.fleetfit.compress.lowrank;

/** What decides the ranks. */
public enum RankRule {
    /** The whole model's multiply-accumulates fall by a share. */
    MACS,
    /** The whole model's weights fall by a share. */
    PARAMETERS,
    /** Each layer keeps a share of the energy of its output. */
    ENERGY,
    /** Each layer keeps a share of its full rank. */
    RANK
}
