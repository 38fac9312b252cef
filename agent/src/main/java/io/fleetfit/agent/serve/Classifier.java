package io.fleetfit.agent.serve;

import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.Served;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.picture.PictureException;
import io.fleetfit.protocol.picture.PictureShape;
import io.fleetfit.protocol.picture.Pictures;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Classifies pictures as the model's contract says. */
public final class Classifier {
    private Classifier() {}

    /**
     * The classes of a JPEG or PNG picture, best first, at most {@code most}.
     *
     * @throws InferenceException the picture cannot be read, or the model is no classifier of pictures, or it failed
     */
    public static List<Classification> classify(Served served, byte[] picture, int most) throws InferenceException {
        ModelContract contract = served.manifest().contract();
        ImageInput image = contract.image();
        if (image == null || contract.task() != ModelContract.Task.CLASSIFICATION) {
            throw InferenceException.badInput(
                    "model '" + served.manifest().model() + "' is no classifier of pictures; use /v2/models/…/infer");
        }
        requireFloats(served);
        try (Frame frame = served.model().borrow(List.of(PictureShape.of(image)))) {
            write(picture, image, frame.input(0).asFloatBuffer());
            served.run(frame);
            float[] scores = scores(frame.output(0), contract.softmax());
            List<Classification> best = best(scores, contract.labels(), most);
            served.recorder().topClass(best.get(0).index(), scores.length);
            return best;
        }
    }

    private static void write(byte[] picture, ImageInput image, FloatBuffer tensor) throws InferenceException {
        try {
            Pictures.write(picture, image, tensor);
        } catch (PictureException e) {
            String message = String.valueOf(e.getMessage());
            throw e.isTooLarge() ? InferenceException.tooLarge(message) : InferenceException.badInput(message);
        }
    }

    private static void requireFloats(Served served) throws InferenceException {
        String in = served.model().inputs().get(0).type();
        String out = served.model().outputs().get(0).type();
        if (!in.equals("FP32") || !out.equals("FP32")) {
            throw InferenceException.badInput("model '" + served.manifest().model() + "' takes " + in + " and gives "
                    + out + "; pictures go to models of FP32 only, use /v2/models/…/infer");
        }
    }

    private static float[] scores(ByteBuffer output, boolean softmax) throws InferenceException {
        FloatBuffer values = output.asFloatBuffer();
        float[] scores = new float[values.remaining()];
        values.get(scores);
        if (scores.length == 0) {
            throw InferenceException.failed("the model gave no scores", new IllegalStateException("empty output"));
        }
        if (softmax) {
            applySoftmax(scores);
        }
        return scores;
    }

    private static void applySoftmax(float[] scores) {
        float most = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) Math.exp(scores[i] - most);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= (float) sum;
        }
    }

    private static List<Classification> best(float[] scores, List<String> labels, int most) {
        List<Classification> best = new ArrayList<>();
        boolean[] taken = new boolean[scores.length];
        for (int n = 0; n < Math.min(Math.max(1, most), scores.length); n++) {
            int top = -1;
            for (int i = 0; i < scores.length; i++) {
                if (!taken[i] && (top < 0 || scores[i] > scores[top])) {
                    top = i;
                }
            }
            taken[top] = true;
            best.add(new Classification(top, top < labels.size() ? labels.get(top) : String.valueOf(top), scores[top]));
        }
        return best;
    }
}
