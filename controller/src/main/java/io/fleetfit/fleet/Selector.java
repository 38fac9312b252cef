package io.fleetfit.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chooses devices: comma-separated terms that must all hold. A term is {@code key=value}, {@code key!=value},
 * {@code key in (a b c)} or {@code key}. Keys are labels, or {@code profile}, {@code arch}, {@code id}. The empty
 * selector matches all.
 */
public final class Selector {
    private static final Pattern TERM = Pattern.compile(
            "\\s*([A-Za-z0-9._/-]+)\\s*(?:(=|!=)\\s*([A-Za-z0-9._/-]+)|\\s+in\\s*\\(([A-Za-z0-9._/\\s-]+)\\))?\\s*");

    private static final Selector ALL = new Selector("", List.of());

    /** How a term compares. */
    public enum Operator {
        EXISTS,
        IN,
        NOT_IN
    }

    /** One term. */
    public record Term(String key, Operator operator, Set<String> values) {
        public Term {
            values = Set.copyOf(values);
        }
    }

    private final String text;
    private final List<Term> terms;

    private Selector(String text, List<Term> terms) {
        this.text = text;
        this.terms = List.copyOf(terms);
    }

    /** Matches every device. */
    public static Selector all() {
        return ALL;
    }

    /** Reads the text form; throws {@link IllegalArgumentException} that names the term and the forms allowed. */
    public static Selector parse(String text) {
        if (text.isBlank()) {
            return ALL;
        }
        List<Term> terms = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            terms.add(parseTerm(part));
        }
        return new Selector(text.trim(), terms);
    }

    private static Term parseTerm(String part) {
        Matcher term = TERM.matcher(part);
        if (!term.matches()) {
            throw new IllegalArgumentException("selector term '" + part.trim()
                    + "' is not understood: write key=value, key!=value, key in (a b) or key");
        }
        String key = term.group(1);
        if (term.group(4) != null) {
            return new Term(
                    key, Operator.IN, new TreeSet<>(List.of(term.group(4).trim().split("\\s+", -1))));
        }
        if (term.group(2) == null) {
            return new Term(key, Operator.EXISTS, Set.of());
        }
        return new Term(key, term.group(2).equals("=") ? Operator.IN : Operator.NOT_IN, Set.of(term.group(3)));
    }

    /** The terms, all of which must hold. */
    public List<Term> terms() {
        return terms;
    }

    /** Whether the device is chosen. */
    public boolean matches(Device device) {
        return terms.stream().allMatch(term -> holds(term, device));
    }

    private static boolean holds(Term term, Device device) {
        String value =
                switch (term.key()) {
                    case "profile" -> device.profile();
                    case "arch" -> device.capabilities().arch();
                    case "id" -> device.id();
                    default -> device.labels().get(term.key());
                };
        return switch (term.operator()) {
            case EXISTS -> value != null;
            case IN -> value != null && term.values().contains(value);
            case NOT_IN -> value == null || !term.values().contains(value);
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
