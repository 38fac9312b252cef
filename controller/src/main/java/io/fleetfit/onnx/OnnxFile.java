package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.fleetfit.onnx.ModelRefused.Code;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Reads and writes ONNX files (the protobuf of the ONNX specification, IR version 3 and later). */
public final class OnnxFile {
    /** Domains whose operators ONNX Runtime brings. */
    private static final Set<String> KNOWN_DOMAINS = Set.of(
            "",
            "ai.onnx",
            "ai.onnx.ml",
            "ai.onnx.training",
            "ai.onnx.preview.training",
            "com.microsoft",
            "com.microsoft.nchwc",
            "com.ms.internal.nhwc",
            "org.pytorch.aten");

    private static final int HEAD = 512;

    private OnnxFile() {}

    /**
     * Reads a model, and refuses what can never be used: other files, damaged ones, custom operators, weights elsewhere.
     *
     * @throws ModelRefused with the code that says which
     */
    public static ModelProto read(Path file) throws IOException, ModelRefused {
        long size = Files.size(file);
        refuseOtherFiles(file, size);
        ModelProto model = parse(file);
        if (!model.hasGraph() || model.getGraph().getNodeCount() == 0 || model.getOpsetImportCount() == 0) {
            throw new ModelRefused(
                    Code.NOT_ONNX,
                    "the file holds no ONNX graph; export the model to ONNX and upload the .onnx file itself");
        }
        refuseExternalData(model.getGraph());
        refuseCustomOperators(model);
        return model;
    }

    private static void refuseOtherFiles(Path file, long size) throws IOException, ModelRefused {
        if (size == 0) {
            throw new ModelRefused(Code.TRUNCATED, "the file is empty; upload it again");
        }
        if (size > Integer.MAX_VALUE) {
            throw new ModelRefused(
                    Code.TOO_LARGE,
                    "the file has " + size + " bytes; an ONNX file without external data ends at " + Integer.MAX_VALUE
                            + ": quantize or split the model before the upload");
        }
        String head = head(file);
        String text = head.stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml")) {
            throw new ModelRefused(
                    Code.NOT_ONNX,
                    "the file is a web page, not a model; the download link led to a page: fetch the raw .onnx file");
        }
        if (text.startsWith("version https://git-lfs")) {
            throw new ModelRefused(
                    Code.NOT_ONNX, "the file is a Git LFS pointer, not a model; run 'git lfs pull' and upload again");
        }
        if (head.startsWith("PK")) {
            throw new ModelRefused(
                    Code.NOT_ONNX,
                    "the file is a ZIP archive (a PyTorch checkpoint?), not ONNX; unpack it or export the model to ONNX");
        }
        if (head.startsWith("TFL3", 4)) {
            throw new ModelRefused(Code.NOT_ONNX, "the file is a TensorFlow Lite model; convert it to ONNX");
        }
    }

    private static String head(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(HEAD), StandardCharsets.ISO_8859_1);
        }
    }

    private static ModelProto parse(Path file) throws IOException, ModelRefused {
        try (FileChannel channel = FileChannel.open(file)) {
            // Weights stay in the mapped file: parsing takes no heap for them.
            ByteString bytes =
                    UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
            CodedInputStream coded = bytes.newCodedInput();
            coded.enableAliasing(true);
            coded.setSizeLimit(Integer.MAX_VALUE);
            return ModelProto.parseFrom(coded);
        } catch (InvalidProtocolBufferException e) {
            throw new ModelRefused(
                    Code.TRUNCATED,
                    "the file cannot be read as ONNX (" + e.getMessage()
                            + "); it is damaged, cut off or no model: compare"
                            + " its size and checksum with the original and upload it again",
                    e);
        }
    }

    private static void refuseExternalData(GraphProto graph) throws ModelRefused {
        Set<String> external = new TreeSet<>();
        forEachTensor(graph, tensor -> {
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                external.add(tensor.getName());
            }
        });
        if (!external.isEmpty()) {
            throw new ModelRefused(
                    Code.EXTERNAL_DATA,
                    external.size() + " tensors (first: '" + external.iterator().next()
                            + "') have their data in another file; save the model with all data in one file"
                            + " (onnx.save_model(..., save_as_external_data=False)) and upload that");
        }
    }

    private static void forEachTensor(GraphProto graph, Consumer<TensorProto> consumer) {
        graph.getInitializerList().forEach(consumer);
        for (NodeProto node : graph.getNodeList()) {
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasT()) {
                    consumer.accept(attribute.getT());
                }
                attribute.getTensorsList().forEach(consumer);
                if (attribute.hasG()) {
                    forEachTensor(attribute.getG(), consumer);
                }
                attribute.getGraphsList().forEach(inner -> forEachTensor(inner, consumer));
            }
        }
    }

    private static void refuseCustomOperators(ModelProto model) throws ModelRefused {
        Set<String> functions = new TreeSet<>();
        model.getFunctionsList().forEach(function -> functions.add(function.getDomain() + "." + function.getName()));
        Set<String> custom = new TreeSet<>();
        forEachNode(model.getGraph(), node -> {
            String name = node.getDomain() + "." + node.getOpType();
            if (!KNOWN_DOMAINS.contains(node.getDomain()) && !functions.contains(name)) {
                custom.add(name);
            }
        });
        if (!custom.isEmpty()) {
            throw new ModelRefused(
                    Code.CUSTOM_OPERATOR,
                    "ONNX Runtime does not know the operators " + custom
                            + "; export the model with standard operators, or as ONNX functions");
        }
    }

    /** Visits the nodes of a graph and of the graphs inside it. */
    static void forEachNode(GraphProto graph, Consumer<NodeProto> consumer) {
        for (NodeProto node : graph.getNodeList()) {
            consumer.accept(node);
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasG()) {
                    forEachNode(attribute.getG(), consumer);
                }
                attribute.getGraphsList().forEach(inner -> forEachNode(inner, consumer));
            }
        }
    }

    /** Writes a model; the same model gives the same bytes. */
    public static void write(ModelProto model, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            CodedOutputStream coded = CodedOutputStream.newInstance(out, 1 << 16);
            coded.useDeterministicSerialization();
            model.writeTo(coded);
            coded.flush();
        }
    }
}
