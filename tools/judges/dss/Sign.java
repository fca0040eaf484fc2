import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.TimestampBinary;
import eu.europa.esig.dss.model.TimestampParameters;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.signature.AbstractSignatureService;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.KSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PasswordProtection;
import java.util.Arrays;
import java.util.Date;
import java.util.List;

/**
 * Signatures made by EU DSS in every form and at every level, for our judge. The one argument names a folder with `pass`, `at` (the
 * present, ms since 1970), `tsa.p12`, `root.cer`, `*.crl`, the contents `letter.pdf|xml|txt|json` and a `NAME.p12` for each signer; results go into its `out`, one line on
 * stdout for each file: its name, or its name with what stood in the way.
 */
public final class Sign {
  private static final List<String> LEVELS = List.of("B", "T", "LT", "LTA");
  private final Path folder;
  private final PasswordProtection password;
  private final CommonCertificateVerifier verifier = new CommonCertificateVerifier();
  private static final long MINUTE = 60_000;
  private final Stamps tsa;
  private final long at;
  private DSSPrivateKeyEntry key;
  private Pkcs12SignatureToken token;
  private String signer;
  private EncryptionAlgorithm encryption;

  public static void main(String[] arguments) throws Exception {
    new Sign(Path.of(arguments[0])).everything();
  }

  private Sign(Path folder) throws Exception {
    this.folder = folder;
    password = new PasswordProtection(Files.readString(folder.resolve("pass")).trim().toCharArray());
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    trusted.addCertificate(DSSUtils.loadCertificate(folder.resolve("root.cer").toFile()));
    verifier.setTrustedCertSources(trusted);
    verifier.setAIASource(null);
    File[] lists = folder.toFile().listFiles((in, name) -> name.endsWith(".crl"));
    verifier.setCrlSource(new ExternalResourcesCRLSource(Arrays.stream(lists).map(FileDocument::new).toArray(DSSDocument[]::new)));
    KSPrivateKeyEntry stamping = (KSPrivateKeyEntry) open("tsa").getKeys().get(0);
    at = Long.parseLong(Files.readString(folder.resolve("at")).trim());
    tsa = new Stamps(stamping);
    tsa.setTsaPolicy("2.999.1.1");
  }

  /** The first token of a signature is an hour old; the lists are half an hour old; what archives them is ten minutes old. */
  private final class Stamps extends KeyEntityTSPSource {
    private int asked;

    Stamps(KSPrivateKeyEntry key) {
      super(key.getPrivateKey(), key.getCertificate(), Arrays.asList(key.getCertificateChain()));
    }

    void begin() {
      asked = 0;
    }

    @Override
    public TimestampBinary getTimeStampResponse(DigestAlgorithm digest, byte[] imprint) {
      setProductionTime(new Date(at - MINUTE * (asked++ == 0 ? 60 : 10)));
      return super.getTimeStampResponse(digest, imprint);
    }
  }

  private Pkcs12SignatureToken open(String name) throws Exception {
    return new Pkcs12SignatureToken(folder.resolve(name + ".p12").toFile(), password);
  }

  private void everything() throws Exception {
    for (String name : List.of("p256", "rsa2048", "pss", "p521")) {
      signer = name;
      token = open(name.equals("pss") ? "rsa2048" : name);
      key = token.getKeys().get(0);
      encryption = name.equals("pss") ? EncryptionAlgorithm.RSASSA_PSS : key.getEncryptionAlgorithm();
      for (String level : LEVELS) all(level);
    }
  }

  private void all(String level) {
    PAdESSignatureParameters pades = new PAdESSignatureParameters();
    pades.setSignatureLevel(SignatureLevel.valueByName("PAdES-BASELINE-" + level));
    make("PAdES", level, "pdf", "pdf", new PAdESService(verifier), pades);
    for (boolean attached : new boolean[] {true, false}) {
      CAdESSignatureParameters cades = new CAdESSignatureParameters();
      cades.setSignatureLevel(SignatureLevel.valueByName("CAdES-BASELINE-" + level));
      cades.setSignaturePackaging(attached ? SignaturePackaging.ENVELOPING : SignaturePackaging.DETACHED);
      make(attached ? "CAdES attached" : "CAdES detached", level, "txt", "p7m", new CAdESService(verifier), cades);
    }
    for (SignaturePackaging packaging : List.of(SignaturePackaging.ENVELOPED, SignaturePackaging.ENVELOPING, SignaturePackaging.DETACHED)) {
      XAdESSignatureParameters xades = new XAdESSignatureParameters();
      xades.setSignatureLevel(SignatureLevel.valueByName("XAdES-BASELINE-" + level));
      xades.setSignaturePackaging(packaging);
      make("XAdES " + packaging.name().toLowerCase(), level, "xml", "xml", new XAdESService(verifier), xades);
    }
    for (ASiCContainerType container : ASiCContainerType.values()) {
      String kind = container == ASiCContainerType.ASiC_S ? "ASiC-S" : "ASiC-E";
      ASiCWithXAdESSignatureParameters xades = new ASiCWithXAdESSignatureParameters();
      xades.setSignatureLevel(SignatureLevel.valueByName("XAdES-BASELINE-" + level));
      xades.aSiC().setContainerType(container);
      make(kind + " with XAdES", level, "txt", "zip", new ASiCWithXAdESService(verifier), xades);
      ASiCWithCAdESSignatureParameters cades = new ASiCWithCAdESSignatureParameters();
      cades.setSignatureLevel(SignatureLevel.valueByName("CAdES-BASELINE-" + level));
      cades.aSiC().setContainerType(container);
      make(kind + " with CAdES", level, "txt", "zip", new ASiCWithCAdESService(verifier), cades);
    }
    for (JWSSerializationType type : JWSSerializationType.values()) {
      if (type == JWSSerializationType.COMPACT_SERIALIZATION && !level.equals("B")) continue;
      JAdESSignatureParameters jades = new JAdESSignatureParameters();
      jades.setSignatureLevel(SignatureLevel.valueByName("JAdES-BASELINE-" + level));
      jades.setSignaturePackaging(SignaturePackaging.ENVELOPING);
      jades.setJwsSerializationType(type);
      String kind = type == JWSSerializationType.COMPACT_SERIALIZATION ? "compact" : type == JWSSerializationType.JSON_SERIALIZATION ? "general" : "flattened";
      make("JAdES " + kind, level, "json", "json", new JAdESService(verifier), jades);
    }
  }

  private <P extends AbstractSignatureParameters<?>, T extends TimestampParameters> void make(
      String form, String level, String input, String ending, AbstractSignatureService<P, T> service, P parameters) {
    String name = form + " " + signer + " B-" + level + "." + ending;
    try {
      DSSDocument content = new FileDocument(folder.resolve("letter." + input).toFile());
      parameters.setSigningCertificate(key.getCertificate());
      parameters.setCertificateChain(key.getCertificateChain());
      parameters.setEncryptionAlgorithm(encryption);
      // RFC 7518 ties each curve to one digest.
      parameters.setDigestAlgorithm(signer.equals("p521") ? DigestAlgorithm.SHA512 : DigestAlgorithm.SHA256);
      parameters.bLevel().setSigningDate(new Date(at - 61 * MINUTE));
      tsa.begin();
      service.setTspSource(tsa);
      ToBeSigned toBeSigned = service.getDataToSign(content, parameters);
      SignatureValue value = token.sign(toBeSigned, parameters.getSignatureAlgorithm(), key);
      service.signDocument(content, parameters, value).save(folder.resolve("out").resolve(name).toString());
      System.out.println(name);
    } catch (Exception | LinkageError failure) {
      System.out.println(name + "\t" + failure);
    }
  }
}
