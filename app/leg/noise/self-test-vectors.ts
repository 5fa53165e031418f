/**
 * Known answers for self-test.ts, made with @noble, which a test repeats. Public test data: no key of
 * anyone's. Hex, but for the long ciphertext in base64.
 */

export const dhVector = {
  /** 32 octets of this value each. */
  secretKeyOctet: 7,
  publicKey: '13be4feaeaf204c7fd3358fc9c00721881d174278128227ec674f37f7fe97b6d',
  remotePublicKey: '57db4b359f23ae5e146e4e2512056704722506348c150c14753d0c933d04d421',
  sharedSecret: '2ffe325b2a26611bf1911325d4a62b33749b8f350d0e88ba91e316acaae66554',
  /** With the remote public key of 32 octets 0xff: neither canonical nor with a clear top bit. */
  sharedSecretOfOnes: 'af9a87bdf463a94ce407676ef8e12b2797be20efc378affce67e038a99606278',
} as const;

/** Points whose shared secret is zero (RFC 7748 §6.1), with and without the top bit. */
export const lowOrderPoints = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
] as const;

const cipherText =
  'wF2Wv55vGz7zyFIBTCeFHhd0vSqBftHRbbPM5ipsjIFX/7xN5ZbRuGsLwad7yzu8dhgvjUfKSFVJG3XvO/46gfvC' +
  'VFTZhKsECfvGfJT9a7XooyHnSvJ/hCPz7y9H0xxRyuC7r6lo9UFA1IvkJsiw6gbdUB46UIBEBZOJsiTd+kQ9lIHU' +
  'V8U05y9TCGHoyL4rReI560hHXlzNWIf2mueVIBAjTk8WVW/2cK1a1QXdv7jGAN7GibvusRb9eOF7DxcpZXf4pDwN' +
  'RXd9rn/NXhVq78yO94zaAbRouyGii7I6sDZ+NA1jqQIFXsUp3MrqmCQh7R/gB0GPnvtLUbO413gd9oUdn4vYZQQ8' +
  'mUEpqN4L8rKWsivcdWWIZJ/JObdeXj6ZpHU3UgScvsnSYpVt0E7i6vwjSe7vI103yL5/83BK40+rdLQSAKbMI7dJ' +
  'wiGclFLWB01QYP9aBTHdgVIUXbGTdiPoDoRNb7RRLOx7hymuDxsgb4ZVRg0Io2NgCie7KxNF4gy8cx1YcHYETtx8' +
  '/pa59U0cZuIDpEZuM2Rnf3MQ+WFCOB0XXJ3EDGD53YOtq+PlcjgaEN+OxBu4Qi9AYTkqMjFmlCEkRF9uNKLB1HHg' +
  '0gJpTUdJanD7Glf2IBcHtHcehGU1kl15eS9FA1fYK9f0rawbI+8Zhb9n47sjfO9ZNKpk9WJbvuLG7AADLpN5H5DC' +
  't+ALLx7f0jWQgGlcayXO0jmBOGAqiIEdAfXTxc+oHiAvnj2G+MnIQ0Je57TCrchjwlTYW++JDCJxh6XxwrvjhewZ' +
  'rS9nEyuElYTTSjRD7XyvBODMs39GUDLVED+9n/eSmeCXGGP2Zb/upqOn2540xqnoMDm4sKL0M7ITwJTJWfTFBsKc' +
  'yhyh91T8SzGewwq7uTB5Uks8WDTMKFFrKCGLJediB5EOne6Y1izVU72UH+JyQn0XOSu3ZD9f/5bssAMgmHD4oWBQ' +
  'cDM18GyPp4tRCXVxuK1YZiSOoNk6dPyFqEJbzGPAG6Eeb+D2k9rI21UsRSV8B+WEjb3NwDVFdnK+7TsA5yaes1Dw' +
  '2uHEJtyZH9+xKEVFTF7AzcO9vEe0Mx+mK1OV7WRnPDi/o/t109iPElF5XRFFY9YTyNrTAn0F3Ep3l6Zv+ahFvm7H' +
  'E70jqyttyzeKJYlaaGcQGCrigeB1Cg0+zN8ooEk9X3M65IPQg/CAcmldUPep7BoYTA78L79Yp/2dHtwkuluOFIHL' +
  'pQ7hJsBHHoAMij2eP95gDb38aA955TwOd4KzSXGlG0sDNuvA5OBLLeqTR5WEWeDmOlG42vM8buP/CBkehUsY+gv0' +
  'umMiy4kg510igO6JBOGoLVeo8Da6/+YWHHGT7jNO/02hcY65Q2uLBk57YLseNwZG6sCjblXQl85ck8f2MacmTd6t' +
  'xXpxfz5BX/477IxzaujfnpFq+ZKVJyfXm9Q2H5kXzhg=';

export const kemVector = {
  /** 64 octets of this value each. */
  seedOctet: 3,
  /** 32 octets of this value each: the message of FIPS 203 §7.2. */
  coinsOctet: 5,
  publicKeySha256: '29c92482409a8efb439f6ba849ad3a46e9c20cc48e415fdd871362e8166f0644',
  cipherText,
  sharedSecret: '6072e0c880c349836a3a78506bf99772b8d6ea0b8812ea0b34d76a2878041ca8',
  /** Of the ciphertext with the lowest bit of octet 9 changed: implicit rejection. */
  rejectionSecret: '94da809584928e5f779a36f1be9295ce050447ad7e92cf0fa9046a44bc4a491d',
} as const;
