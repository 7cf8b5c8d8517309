package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.journal.file.Chain;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/** Ed25519 with keys as the 32 bytes of RFC 8032. */
public final class Ed25519 {
  private static final String NAME = "Ed25519";

  private Ed25519() {}

  /** A pair of keys; the secret one is the array itself, so that it can be wiped. */
  public static final class Pair {
    public final byte[] secretKey;
    public final Bytes publicKey;

    private Pair(byte[] secretKey, Bytes publicKey) {
      this.secretKey = secretKey;
      this.publicKey = publicKey;
    }
  }

  public static Pair generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(NAME).generateKeyPair();
      byte[] secret = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      EdECPoint point = ((EdECPublicKey) pair.getPublic()).getPoint();
      return new Pair(secret, Bytes.of(encode(point)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // Every Java since 15 has it.
    }
  }

  private static byte[] encode(EdECPoint point) {
    byte[] big = point.getY().toByteArray();
    byte[] bytes = new byte[Chain.BYTES];
    for (int i = 0; i < Math.min(big.length, bytes.length); i++) {
      bytes[i] = big[big.length - 1 - i];
    }
    if (point.isXOdd()) {
      bytes[Chain.BYTES - 1] |= (byte) 0x80;
    }
    return bytes;
  }

  public static Bytes sign(byte[] secret, byte[] message) {
    try {
      PrivateKey key =
          KeyFactory.getInstance(NAME)
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, secret));
      Signature signature = Signature.getInstance(NAME);
      signature.initSign(key);
      signature.update(message);
      return Bytes.of(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether the signature is right; what is no key or no signature is wrong. */
  public static boolean verify(Bytes publicKey, byte[] message, Bytes signature) {
    try {
      byte[] y = publicKey.toArray();
      boolean odd = (y[Chain.BYTES - 1] & 0x80) != 0;
      y[Chain.BYTES - 1] &= 0x7f;
      for (int i = 0; i < Chain.BYTES / 2; i++) {
        byte b = y[i];
        y[i] = y[Chain.BYTES - 1 - i];
        y[Chain.BYTES - 1 - i] = b;
      }
      EdECPoint point = new EdECPoint(odd, new BigInteger(1, y));
      Signature verifier = Signature.getInstance(NAME);
      verifier.initVerify(
          KeyFactory.getInstance(NAME)
              .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
      verifier.update(message);
      return verifier.verify(signature.toArray());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
