package io.fleetfit.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 1%} or {@code 0.01} as a share from 0 to 1. */
final class Share implements ITypeConverter<Double> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,9})?)\\s*(%?)");

    @Override
    public Double convert(String text) {
        Matcher form = FORM.matcher(text.trim());
        if (form.matches()) {
            double value = Double.parseDouble(form.group(1)) / (form.group(2).isEmpty() ? 1 : 100);
            if (value <= 1) {
                return value;
            }
        }
        throw new TypeConversionException("'" + text + "' is no share; write for example 1% or 0.01, at most 100%");
    }
}
