package io.fleetfit.onnx;

/** A model file that cannot be used, with a stable code for programs and a message for people. */
public final class ModelRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final Code code;

    /** Why a model is refused. */
    public enum Code {
        /** The file is something else: a web page, an archive, text. */
        NOT_ONNX("not-onnx"),
        /** The file ends too early or is damaged. */
        TRUNCATED("truncated"),
        /** Protobuf, and with it ONNX without external data, ends at 2 GiB. */
        TOO_LARGE("too-large"),
        /** An operator of a domain that ONNX Runtime does not bring. */
        CUSTOM_OPERATOR("custom-operator"),
        /** Weights in other files. */
        EXTERNAL_DATA("external-data"),
        /** Loading or running it takes more memory than allowed. */
        TOO_MUCH_MEMORY("too-much-memory"),
        /** Loading or running it takes longer than allowed. */
        TIMEOUT("timeout"),
        /** ONNX Runtime refuses it, or crashed on it. */
        RUNTIME_REJECTED("runtime-rejected"),
        /** Its inputs or outputs are not those of the model's contract. */
        CONTRACT("contract"),
        /** A pass cannot be right on this graph. */
        NOT_COMPRESSIBLE("not-compressible"),
        /** The recipe looks at activations, and there is no data set. */
        NEEDS_DATA("needs-data"),
        /** The data set is damaged, or does not fit the model: its labels, its tensors. */
        DATA_SET("data-set"),
        /** The model answers with values that are no numbers. */
        NOT_FINITE("not-finite");

        private final String text;

        Code(String text) {
            this.text = text;
        }

        /** The code as it stands in answers. */
        public String text() {
            return text;
        }
    }

    /** A refusal; {@code message} says what is wrong and what to do. */
    public ModelRefused(Code code, String message) {
        super(message);
        this.code = code;
    }

    /** A refusal with its cause. */
    public ModelRefused(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Why. */
    public Code code() {
        return code;
    }
}
