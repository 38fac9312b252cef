package io.fleetfit.deploy.bench.latency;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ISA class of a device by the names of its cores, for tables without a column {@code isa}. Which Arm cores have the
 * dot-product instructions follows their technical reference manuals.
 */
final class IsaClasses {
    private static final Pattern ARM_CORE = Pattern.compile("(?:cortex[- ]?|\\b)([ax])(\\d{1,3})(?:ae)?\\b");
    private static final Pattern KRYO = Pattern.compile("k(?:ry|yr)o ?-?(\\d)(\\d\\d)");
    private static final Pattern X86 = Pattern.compile("\\b(intel|amd|zen|celeron|xeon|atom|ryzen|epyc|x86|core i\\d)");

    private IsaClasses() {}

    /** A class; a device that says nothing is a class of its own. */
    static String guess(String device, String soc, String cpu) {
        String text = (cpu + " | " + soc + " | " + device).toLowerCase(Locale.ROOT);
        Matcher core = ARM_CORE.matcher(text);
        while (core.find()) {
            int number = Integer.parseInt(core.group(2));
            if (core.group(1).equals("x")) {
                if (number <= 9 || number == 925) {
                    return "aarch64+dotprod";
                }
            } else if (number == 5 || number == 7 || number == 8 || number == 9 || number == 15 || number == 17) {
                return "armv7";
            } else if (number == 35 || number == 53 || number == 57 || number == 72 || number == 73) {
                return "aarch64";
            } else if (number == 55 || number == 65 || number >= 75 && number <= 78 || number >= 510 && number < 1000) {
                return "aarch64+dotprod";
            }
        }
        Matcher kryo = KRYO.matcher(text);
        if (kryo.find()) {
            return Integer.parseInt(kryo.group(1)) >= 3 ? "aarch64+dotprod" : "aarch64";
        }
        return X86.matcher(text).find() ? "x86-64" : "of " + device;
    }
}
