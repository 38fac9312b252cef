package io.fleetfit.app;

import io.fleetfit.cost.DeviceRates;
import io.fleetfit.cost.DeviceRates.Traits;
import io.fleetfit.onnx.GraphSummary.OperatorClass;
import io.fleetfit.profiles.CostRates;
import io.fleetfit.profiles.Profile;
import io.fleetfit.profiles.Profiles;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cost rates of the profiles for the fit. A profile made up for an unknown device takes the rates of the generic profile
 * of its instruction set, by its number of cores; a name that says nothing takes the slowest generic rates. Both are less
 * certain than a profile's own.
 */
public final class ProfileCosts implements DeviceRates.Source {
    /** How {@code ProfileMatcher} names what it makes up. */
    private static final Pattern AD_HOC = Pattern.compile("adhoc-(aarch64|x86-64)-(?:.*-)?(\\d+)c-\\d+g");

    /** Extensions with dot products of bytes; without one, computing in 8 bits is not taken for faster. */
    private static final List<String> DOT_PRODUCTS = List.of("asimddp", "avx512_vnni", "avx_vnni");

    private static final double AD_HOC_DOUBT = 1.5;
    private static final double UNKNOWN_DOUBT = 2;

    private final Profiles profiles;
    private final Map<String, DeviceRates> known = new ConcurrentHashMap<>();
    private final Map<String, Traits> traits = new ConcurrentHashMap<>();

    /** The rates of these profiles. */
    public ProfileCosts(Profiles profiles) {
        this.profiles = profiles;
    }

    @Override
    public DeviceRates of(String profile) {
        return known.computeIfAbsent(profile, this::find);
    }

    @Override
    public Traits traits(String profile) {
        return traits.computeIfAbsent(profile, this::findTraits);
    }

    private Traits findTraits(String name) {
        Optional<Profile> own = profiles.find(name);
        if (own.isPresent()) {
            return new Traits(isaClass(own.get()), own.get().cores().value());
        }
        Matcher adHoc = AD_HOC.matcher(name);
        return adHoc.matches()
                ? new Traits(isaClass(generic("generic-" + adHoc.group(1))), Integer.parseInt(adHoc.group(2)))
                : DeviceRates.Source.super.traits(name);
    }

    private static String isaClass(Profile profile) {
        String arch = profile.arch().value();
        return DOT_PRODUCTS.stream()
                .filter(it -> profile.isaFeatures().value().contains(it))
                .findFirst()
                .map(it -> arch + "+" + it)
                .orElse(arch);
    }

    private DeviceRates find(String name) {
        Optional<Profile> own = profiles.find(name);
        if (own.isPresent()) {
            return rates(own.get(), 1, 1);
        }
        Matcher adHoc = AD_HOC.matcher(name);
        if (adHoc.matches()) {
            Profile generic = generic("generic-" + adHoc.group(1));
            double share =
                    (double) Integer.parseInt(adHoc.group(2)) / generic.cores().value();
            return rates(generic, Math.max(0.25, Math.min(1, share)), AD_HOC_DOUBT);
        }
        Profile slowest = profiles.all().stream()
                .filter(it -> it.name().startsWith("generic-"))
                .min(Comparator.comparingDouble(it -> it.rates().memoryGigabytesPerSecond()))
                .orElseThrow(() -> new IllegalStateException("no generic profile is bundled"));
        return rates(slowest, 0.25, UNKNOWN_DOUBT);
    }

    private static boolean hasDotProducts(Profile profile) {
        return DOT_PRODUCTS.stream().anyMatch(profile.isaFeatures().value()::contains);
    }

    private Profile generic(String name) {
        return profiles.find(name)
                .orElseThrow(() -> new IllegalStateException("the bundled profile " + name + " is missing"));
    }

    /** Fewer cores make everything slower; more cores than the generic profile has promise nothing. */
    private static DeviceRates rates(Profile profile, double share, double doubt) {
        CostRates rates = profile.rates();
        Map<OperatorClass, Double> gmacs = new EnumMap<>(OperatorClass.class);
        for (OperatorClass operators : OperatorClass.values()) {
            Double rate = rates.gmacsPerSecond().get(operators.name());
            if (rate != null) {
                gmacs.put(operators, rate * share);
            }
        }
        return new DeviceRates(
                gmacs,
                hasDotProducts(profile) ? rates.int8Speedup() : Math.min(1, rates.int8Speedup()),
                rates.memoryGigabytesPerSecond() * share,
                rates.layerMicros(),
                rates.relativeUncertainty() * doubt,
                profile.reservedMemoryBytes().value());
    }
}
