package io.fleetfit.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Writes the broker's configuration file and, for TLS, the key store that it reads. */
final class BrokerConfig {
    /** Name of the one listener. */
    static final String LISTENER = "devices";

    /**
     * Messages that wait for one client. Two full windows of chunk answers and what else comes meanwhile; the rest is
     * asked for again.
     */
    private static final int QUEUE = 2_000;

    /** Largest packet: a chunk is 1 MiB at most, a hello or a telemetry batch below that. */
    private static final int MAX_PACKET_BYTES = 4 << 20;

    private BrokerConfig() {}

    static void write(BrokerSettings settings, Path folder) throws IOException, GeneralSecurityException {
        Files.createDirectories(folder);
        String listener = settings.tls() == null
                ? "<tcp-listener>" + address(settings) + "</tcp-listener>"
                : "<tls-tcp-listener>" + address(settings) + tls(settings.tls(), folder) + "</tls-tcp-listener>";
        Files.writeString(
                folder.resolve("config.xml"),
                String.format("""
            <?xml version="1.0"?>
            <hivemq>
              <listeners>%s</listeners>
              <persistence><mode>in-memory</mode></persistence>
              <mqtt>
                <queued-messages><max-queue-size>%d</max-queue-size><strategy>discard</strategy></queued-messages>
                <receive-maximum><server-receive-maximum>100</server-receive-maximum></receive-maximum>
                <packets><max-packet-size>%d</max-packet-size></packets>
                <session-expiry><max-interval>3600</max-interval></session-expiry>
              </mqtt>
              <restrictions><max-connections>%d</max-connections></restrictions>
              <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
            </hivemq>
            """, listener, QUEUE, MAX_PACKET_BYTES, settings.maxConnections()));
    }

    private static String address(BrokerSettings settings) {
        return "<port>" + settings.port() + "</port><bind-address>" + settings.bindAddress() + "</bind-address><name>"
                + LISTENER + "</name>";
    }

    private static String tls(BrokerSettings.Tls tls, Path folder) throws IOException, GeneralSecurityException {
        Path store = folder.resolve("listener.jks");
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        KeyStore keys = KeyStore.getInstance("JKS");
        keys.load(null, null);
        keys.setKeyEntry(
                LISTENER,
                privateKey(tls.key()),
                password.toCharArray(),
                certificates(tls.certificate()).toArray(new Certificate[0]));
        Files.deleteIfExists(store);
        try (OutputStream out = Files.newOutputStream(store)) {
            keys.store(out, password.toCharArray());
        }
        return "<tls><keystore><path>" + store.toAbsolutePath() + "</path><password>" + password
                + "</password><private-key-password>" + password + "</private-key-password></keystore></tls>";
    }

    private static List<Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        String pem = Files.readString(file);
        if (!pem.contains("-----BEGIN PRIVATE KEY-----")) {
            throw new InvalidKeySpecException(file
                    + " holds no PKCS#8 private key; convert it: openssl pkcs8 -topk8 -nocrypt -in KEY -out " + file);
        }
        byte[] der = Base64.getMimeDecoder()
                .decode(pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").trim());
        InvalidKeySpecException refusal = new InvalidKeySpecException(file + " holds a key that is neither RSA nor EC");
        for (String algorithm : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                // The encoding says which algorithm it is; the factory of another one refuses it.
                refusal.addSuppressed(e);
            }
        }
        throw refusal;
    }
}
