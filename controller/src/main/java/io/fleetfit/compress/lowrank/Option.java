package io.fleetfit.compress.lowrank;

import java.util.Locale;

/**
 * One way to factorise a layer.
 *
 * @param form which way
 * @param rank channels behind the first factor
 * @param outer channels before the last factor of {@link Form#TUCKER}; otherwise the layer's outputs
 * @param macs multiply-accumulates of a run
 * @param parameters number of weights
 * @param loss share of the energy of the layer's output that is lost
 */
record Option(Form form, int rank, int outer, long macs, long parameters, double loss) {
    @Override
    public String toString() {
        return form.name().toLowerCase(Locale.ROOT) + " " + (form == Form.TUCKER ? rank + "×" + outer : rank);
    }
}
