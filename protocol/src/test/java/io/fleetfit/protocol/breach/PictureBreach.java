package io.fleetfit.protocol.breach;

import java.awt.image.BufferedImage;

/** Breaks the rule of the codecs on purpose: a message that needs {@code java.desktop}. */
public final class PictureBreach {
    /** What it must not know. */
    public BufferedImage known(BufferedImage forbidden) {
        return forbidden;
    }
}
