package io.fleetfit.store;

import io.fleetfit.fleet.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.SqlStatement;

/** A selector as a condition over table {@code device} under the name {@code d}; says the same as {@link Selector#matches}. */
final class SelectorSql {
    private final String condition;
    private final Map<String, Object> single = new LinkedHashMap<>();
    private final Map<String, List<String>> lists = new LinkedHashMap<>();

    SelectorSql(Selector selector) {
        List<String> conditions = new ArrayList<>();
        conditions.add("1 = 1");
        for (Selector.Term term : selector.terms()) {
            conditions.add(condition(term, "s" + conditions.size()));
        }
        this.condition = String.join(" AND ", conditions);
    }

    String condition() {
        return condition;
    }

    <S extends SqlStatement<S>> S bind(S statement) {
        single.forEach(statement::bind);
        lists.forEach(statement::bindList);
        return statement;
    }

    private String condition(Selector.Term term, String parameter) {
        return switch (term.key()) {
            case "profile", "arch", "id" -> ofColumn(term, "d." + term.key(), parameter);
            default -> ofLabel(term, parameter);
        };
    }

    private String ofColumn(Selector.Term term, String column, String parameter) {
        if (term.operator() == Selector.Operator.EXISTS) {
            return "1 = 1";
        }
        lists.put(parameter, List.copyOf(term.values()));
        String not = term.operator() == Selector.Operator.NOT_IN ? " NOT" : "";
        return column + not + " IN (<" + parameter + ">)";
    }

    /** A set and not a correlated {@code EXISTS}, which H2 would evaluate for every device. */
    private String ofLabel(Selector.Term term, String parameter) {
        single.put(parameter + "key", term.key());
        String values = "";
        if (term.operator() != Selector.Operator.EXISTS) {
            lists.put(parameter, List.copyOf(term.values()));
            values = " AND l.label_value IN (<" + parameter + ">)";
        }
        String not = term.operator() == Selector.Operator.NOT_IN ? " NOT" : "";
        return "d.id" + not + " IN (SELECT l.device_id FROM device_label l WHERE l.label_key = :" + parameter + "key"
                + values + ")";
    }
}
