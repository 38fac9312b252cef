package io.fleetfit.registry;

import java.util.List;

/** Port: who depends on a data set. */
@FunctionalInterface
public interface DataSetUse {
    /** Who needs it now, for people, for example {@code job j-12}; empty if nobody does. */
    List<String> users(DataSet set);
}
