package io.fleetfit.fleet;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Logins of devices out of the store (user name = device id), and the controller's own account. A wrong user name takes as
 * long as a wrong password, save the time of the database.
 */
public final class StoredLogins implements DeviceAuthenticator {
    private static final String NOBODY = PasswordHash.of("");

    private final FleetStore store;
    private final String account;
    private final String accountHash;

    /**
     * Logins of the store and of the account.
     *
     * @param account user name of the controller's own account; must not be a device id, so let it begin with {@code $}
     * @param accountHash hash of its password, as {@link PasswordHash} writes it
     */
    public StoredLogins(FleetStore store, String account, String accountHash) {
        this.store = store;
        this.account = account;
        this.accountHash = accountHash;
    }

    @Override
    public Optional<Identity> authenticate(String username, ByteBuffer password) {
        byte[] secret = new byte[password.remaining()];
        password.duplicate().get(secret);
        if (username.equals(account)) {
            return PasswordHash.matches(secret, accountHash)
                    ? Optional.of(new Identity(Kind.CONTROLLER, account))
                    : Optional.empty();
        }
        Optional<FleetStore.Credentials> found = store.credentials(username);
        String expected = found.map(FleetStore.Credentials::passwordHash).orElse(NOBODY);
        boolean right = PasswordHash.matches(secret, expected);
        return found.filter(login -> right && !login.revoked())
                .map(login -> new Identity(Kind.DEVICE, login.deviceId()));
    }
}
