package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Branches over one value that become one convolution: kernels are laid over each other so that their windows begin at the
 * same element, and summed.
 */
final class BranchMerge {
    private final GraphEditor graph;
    private final List<Branch> branches = new ArrayList<>();
    private final List<Identity> identities = new ArrayList<>();
    private final List<String> terms = new ArrayList<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Branch(LinearLayer layer, int[] kernel, int[] pads) {}

    private record Identity(ChannelAffine affine, boolean hasNode, String term) {}

    BranchMerge(GraphEditor graph) {
        this.graph = graph;
    }

    /** Whether the kernel's elements lie next to each other, and its padding is known. */
    static boolean isPlainGrid(LinearLayer conv) {
        int[] kernel = kernel(conv);
        List<Long> dilations = Attributes.ints(conv.node(), "dilations");
        for (int d = 0; d < kernel.length; d++) {
            if (kernel[d] > 1 && d < dilations.size() && dilations.get(d) != 1) {
                return false;
            }
        }
        return pads(conv).isPresent();
    }

    /** Convolutions with equal keys can be merged: one input, stride, number of groups and channels, type, size of result. */
    static String key(LinearLayer conv) {
        int[] kernel = kernel(conv);
        int[] pads = pads(conv).orElseThrow();
        int[] sizes = new int[kernel.length];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = pads[d] + pads[d + sizes.length] - kernel[d];
        }
        return conv.node().getInput(0) + "|" + Arrays.toString(strides(conv)) + "|" + conv.groups() + "|"
                + conv.weight().getDims(0) + "|" + conv.weight().getDims(1) + "|"
                + conv.weight().getDataType() + "|" + Arrays.toString(sizes);
    }

    private static int[] kernel(LinearLayer conv) {
        return conv.weight().getDimsList().stream()
                .skip(2)
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    private static long[] strides(LinearLayer conv) {
        List<Long> strides = Attributes.ints(conv.node(), "strides");
        long[] all = new long[kernel(conv).length];
        for (int d = 0; d < all.length; d++) {
            all[d] = strides.isEmpty() ? 1 : strides.get(d);
        }
        return all;
    }

    /** Padding before, then behind, a dimension each; empty if it depends on the size of the input. */
    private static Optional<int[]> pads(LinearLayer conv) {
        int[] kernel = kernel(conv);
        int rank = kernel.length;
        int[] pads = new int[2 * rank];
        String auto = Attributes.text(conv.node(), "auto_pad", "NOTSET");
        if (auto.equals("NOTSET")) {
            List<Long> given = Attributes.ints(conv.node(), "pads");
            for (int i = 0; i < given.size(); i++) {
                pads[i] = Math.toIntExact(given.get(i));
            }
            return Optional.of(pads);
        }
        if (auto.equals("VALID")) {
            return Optional.of(pads);
        }
        if (Arrays.stream(strides(conv)).anyMatch(stride -> stride != 1)) {
            return Optional.empty();
        }
        for (int d = 0; d < rank; d++) {
            int less = (kernel[d] - 1) / 2;
            int more = kernel[d] - 1 - less;
            pads[d] = auto.equals("SAME_UPPER") ? less : more;
            pads[d + rank] = auto.equals("SAME_UPPER") ? more : less;
        }
        return Optional.of(pads);
    }

    void add(String term, LinearLayer conv) {
        terms.add(term);
        branches.add(new Branch(conv, kernel(conv), pads(conv).orElseThrow()));
    }

    boolean has(String term) {
        return terms.contains(term);
    }

    /** Number of dimensions of the value. */
    int rank() {
        return branches.get(0).layer().weight().getDimsCount();
    }

    /** Takes the value itself as a branch; false if it is another one or does not fit. */
    boolean addIdentity(String term, String value, double scale, double shift) {
        ChannelAffine affine = new ChannelAffine(value, new double[] {scale}, new double[] {shift});
        return addIdentity(term, affine, false);
    }

    /** Takes the value, scaled and shifted, as a branch; false if it is another one or does not fit. */
    boolean addIdentity(String term, ChannelAffine affine) {
        return addIdentity(term, affine, true);
    }

    private boolean addIdentity(String term, ChannelAffine affine, boolean hasNode) {
        Branch first = branches.get(0);
        int rank = first.kernel().length;
        boolean fits = affine.input().equals(first.layer().node().getInput(0))
                && first.layer().inputChannels() == first.layer().channels()
                && affine.fits(first.layer().channels())
                && Arrays.stream(strides(first.layer())).allMatch(stride -> stride == 1);
        for (int d = 0; d < rank; d++) {
            fits &= first.pads()[d] + first.pads()[d + rank] - first.kernel()[d] == -1;
        }
        if (fits) {
            terms.add(term);
            identities.add(new Identity(affine, hasNode, term));
        }
        return fits;
    }

    /** Whether two or more branches become one kernel that has no more elements than theirs together. */
    boolean isWorthwhile() {
        int separate = branches.stream()
                .mapToInt(branch -> Arrays.stream(branch.kernel()).reduce(1, (a, b) -> a * b))
                .sum();
        int merged = Arrays.stream(mergedKernel()).reduce(1, (a, b) -> a * b);
        return branches.size() + identities.size() > 1 && merged <= separate + identities.size();
    }

    private int[] mergedPads() {
        int[] pads = new int[2 * branches.get(0).kernel().length];
        branches.forEach(branch -> {
            for (int i = 0; i < pads.length; i++) {
                pads[i] = Math.max(pads[i], branch.pads()[i]);
            }
        });
        return pads;
    }

    /** All branches have the same sum of padding less kernel, so the widest padding gives the size. */
    private int[] mergedKernel() {
        Branch first = branches.get(0);
        int rank = first.kernel().length;
        int[] pads = mergedPads();
        int[] kernel = new int[rank];
        for (int d = 0; d < rank; d++) {
            kernel[d] = pads[d] + pads[d + rank] - (first.pads()[d] + first.pads()[d + rank] - first.kernel()[d]);
        }
        return kernel;
    }

    List<String> terms() {
        return terms;
    }

    /** Values that nothing makes any more: the results of the branches' nodes. */
    List<String> gone() {
        List<String> gone = new ArrayList<>();
        branches.forEach(branch -> gone.add(branch.layer().node().getOutput(0)));
        identities.stream().filter(Identity::hasNode).forEach(identity -> gone.add(identity.term()));
        return gone;
    }

    /** The one convolution; its weights are in the graph. */
    NodeProto node(String output) {
        LinearLayer first = branches.get(0).layer();
        int[] kernel = mergedKernel();
        int[] pads = mergedPads();
        int size = Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
        int inputs = Math.toIntExact(first.weight().getDims(1));
        double[] w = new double[first.channels() * inputs * size];
        double[] bias = new double[first.channels()];
        branches.forEach(branch -> lay(branch, w, bias, kernel, pads));
        identities.forEach(identity -> lay(identity.affine(), w, bias, kernel, pads));
        List<Long> dims = new ArrayList<>(first.weight().getDimsList().subList(0, 2));
        Arrays.stream(kernel).forEach(dim -> dims.add((long) dim));
        TensorProto.DataType type = Optional.ofNullable(
                        TensorProto.DataType.forNumber(first.weight().getDataType()))
                .orElseThrow();
        String weightName = graph.freshName(output + "_weight");
        String biasName = graph.freshName(output + "_bias");
        graph.put(Tensors.ofReals(weightName, dims, type, w));
        graph.put(Tensors.ofReals(biasName, List.of((long) bias.length), type, bias));
        return Attributes.without(first.node(), "auto_pad", "pads", "kernel_shape", "dilations")
                .addAttribute(Attributes.ofInts("kernel_shape", longs(kernel)))
                .addAttribute(Attributes.ofInts("pads", longs(pads)))
                .setName(output)
                .clearInput()
                .addInput(first.node().getInput(0))
                .addInput(weightName)
                .addInput(biasName)
                .setOutput(0, output)
                .build();
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    private static void lay(Branch branch, double[] w, double[] bias, int[] kernel, int[] pads) {
        double[] from = branch.layer().w();
        int small = Arrays.stream(branch.kernel()).reduce(1, (a, b) -> a * b);
        int large = Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
        for (int i = 0; i < from.length; i++) {
            w[i / small * large + place(i % small, branch.kernel(), branch.pads(), kernel, pads)] += from[i];
        }
        for (int c = 0; c < bias.length; c++) {
            bias[c] += branch.layer().bias()[c];
        }
    }

    /** Where an element of a kernel lies in the merged one. */
    private static int place(int element, int[] small, int[] smallPads, int[] large, int[] largePads) {
        int place = 0;
        int stride = 1;
        int rest = element;
        for (int d = small.length - 1; d >= 0; d--) {
            place += (rest % small[d] + largePads[d] - smallPads[d]) * stride;
            rest /= small[d];
            stride *= large[d];
        }
        return place;
    }

    private void lay(ChannelAffine affine, double[] w, double[] bias, int[] kernel, int[] pads) {
        LinearLayer first = branches.get(0).layer();
        int size = Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
        int inputs = Math.toIntExact(first.weight().getDims(1));
        int outputsPerGroup = (int) (bias.length / first.groups());
        int[] one = new int[kernel.length];
        Arrays.fill(one, 1);
        int centre = place(0, one, new int[2 * one.length], kernel, pads);
        for (int c = 0; c < bias.length; c++) {
            int input = c - c / outputsPerGroup * inputs;
            w[(c * inputs + input) * size + centre] += affine.scale(c);
            bias[c] += affine.shift(c);
        }
    }
}
