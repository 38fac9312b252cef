package io.fleetfit.compress.prune;

import ai.onnx.proto.OnnxMl.NodeProto;

/** What must follow in the graph when channels go, by the node's place in it. */
sealed interface Cut {
    /** Place of the node. */
    int node();

    /** The node as it is afterwards. */
    NodeProto made(NodeProto node, Cutter cutter);

    /** An initializer loses the places of those channels along an axis. */
    record Weight(int node, int input, int axis, Layout channels) implements Cut {
        @Override
        public NodeProto made(NodeProto before, Cutter cutter) {
            return cutter.weight(before, this);
        }
    }

    /** The number of groups is the number of channels left. */
    record Groups(int node, Layout channels) implements Cut {
        @Override
        public NodeProto made(NodeProto before, Cutter cutter) {
            return cutter.groups(before, this);
        }
    }

    /** The sizes of a split are the numbers of channels left in its outputs. */
    record Sizes(int node) implements Cut {
        @Override
        public NodeProto made(NodeProto before, Cutter cutter) {
            return cutter.sizes(before);
        }
    }

    /** A dimension of a shape is the number of positions left. */
    record Dimension(int node, int index, Layout channels) implements Cut {
        @Override
        public NodeProto made(NodeProto before, Cutter cutter) {
            return cutter.dimension(before, this);
        }
    }
}
