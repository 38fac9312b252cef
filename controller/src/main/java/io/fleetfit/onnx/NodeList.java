package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** The nodes of a graph in order; what comes in has its names taken. */
final class NodeList extends AbstractList<NodeProto> {
    private final List<NodeProto> nodes;
    private final Names names;

    NodeList(Collection<NodeProto> nodes, Names names) {
        this.nodes = new ArrayList<>(nodes);
        this.names = names;
    }

    @Override
    public NodeProto get(int index) {
        return nodes.get(index);
    }

    @Override
    public int size() {
        return nodes.size();
    }

    @Override
    public NodeProto set(int index, NodeProto node) {
        names.take(node);
        return nodes.set(index, node);
    }

    @Override
    public void add(int index, NodeProto node) {
        names.take(node);
        modCount++;
        nodes.add(index, node);
    }

    @Override
    public boolean addAll(int index, Collection<? extends NodeProto> added) {
        added.forEach(names::take);
        modCount++;
        return nodes.addAll(index, added);
    }

    @Override
    public NodeProto remove(int index) {
        modCount++;
        return nodes.remove(index);
    }

    @Override
    public boolean removeIf(Predicate<? super NodeProto> filter) {
        modCount++;
        return nodes.removeIf(filter);
    }

    @Override
    public void clear() {
        modCount++;
        nodes.clear();
    }
}
