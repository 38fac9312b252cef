package io.fleetfit.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 250000}, {@code 250kB}, {@code 1.5MB}, {@code 2GiB} as bytes. */
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([a-z]*)");
    private static final Map<String, Double> UNITS = Map.of(
            "", 1.0, "b", 1.0, "kb", 1e3, "mb", 1e6, "gb", 1e9, "kib", 1024.0, "mib", 1048576.0, "gib", 1073741824.0);

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
        Double unit = form.matches() ? UNITS.get(form.group(2)) : null;
        if (unit == null) {
            throw new TypeConversionException("'" + text + "' is no size; write for example 250kB, 1.5MB or 2GiB");
        }
        return Math.round(Double.parseDouble(form.group(1)) * unit);
    }
}
