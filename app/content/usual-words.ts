/**
 * What almost every message says, for the compressor to refer to. Part of the file format: an
 * octet changed here makes what was stored unreadable, so a better set comes beside it.
 * The likeliest stand last, where references to them are shortest.
 */
const text = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv=3D"Content-Type" content=3D"text/html; charset=3Dutf-8"><meta name=3D"viewport" content=3D"width=3Ddevice-width, initial-scale=3D1.0"><title></title><style type=3D"text/css">
body, table, td, a { -webkit-text-size-adjust: 100%; -ms-text-size-adjust: 100%; } p { margin: 0 0 16px; } img { border: 0; height: auto; line-height: 100%; outline: none; text-decoration: none; display: block; }
@media only screen and (max-width: 600px) { .container { width: 100% !important; } }</style></head><body style=3D"margin:0;padding:0;background-color:#ffffff;">
<table role=3D"presentation" width=3D"100%" border=3D"0" cellpadding=3D"0" cellspacing=3D"0" align=3D"center"><tbody><tr><td align=3D"left" valign=3D"top" style=3D"padding:0 20px;font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px;color:#333333;">
<a href=3D"https://www." target=3D"_blank" style=3D"color:#0066cc;text-decoration:underline;"><span style=3D"font-weight:bold;"><img src=3D"https://" width=3D"600" height=3D"1" alt=3D""></span></a></td></tr></tbody></table><div dir=3D"ltr"><br></div><blockquote class=3D"gmail_quote" style=3D"margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex"></blockquote></body></html>
Unsubscribe from this list: View this email in your browser. If you no longer wish to receive these emails, please. All rights reserved. Privacy policy. Best regards, Kind regards, Mit freundlichen Grüßen, Cordialement, Thank you, Sent from my iPhone
-----Original Message-----
List-Unsubscribe-Post: List-Unsubscribe=One-Click
List-Unsubscribe: <https://
List-Id: <
Precedence: bulk
X-Mailer: Apple Mail
User-Agent: Mozilla Thunderbird
X-Originating-IP: [
X-Spam-Status: No, score=-0.1 required=5.0 tests=DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,HTML_MESSAGE,SPF_HELO_NONE,SPF_PASS autolearn=ham
ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@ header.s= header.b=; spf=pass (google.com: domain of designates as permitted sender) smtp.mailfrom=; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=google.com; s=arc-20240605; h=to:from:subject:message-id:date:mime-version; fara=google.com; dara=google.com
ARC-Seal: i=1; a=rsa-sha256; t=; cv=none; d=google.com; s=arc-20240605; b=
Received-SPF: Pass (protection.outlook.com: domain of designates as permitted sender) receiver=protection.outlook.com; client-ip=; helo=;
X-Google-DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=1e100.net; s=20230601; h=
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=; s=selector1; t=; bh=; h=From:To:Subject:Date:Message-ID:Reply-To:MIME-Version:Content-Type:List-Unsubscribe; b=
Authentication-Results: ; dkim=pass (2048-bit key; unprotected) header.d= header.i=@ header.a=rsa-sha256 header.s=; dkim-atps=neutral
Received: from smtp. (smtp. [192.168.1.
	(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
	 key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)
	(No client certificate requested)
	by mx. (Postfix) with ESMTPS id
	for <>; Mon, Tue, Wed, Thu, Fri, Sat, Sun, Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec 2024 2025 2026 +0000 (UTC)
Received: by with SMTP id ; (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128);
Delivered-To:
Return-Path: <bounce@
Reply-To:
In-Reply-To: <
References: <
Message-ID: <@mail.gmail.com>
Date:
From: "
To: "
Cc:
Subject: Re: =?UTF-8?Q?=?= =?utf-8?B?
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="----=_Part_
Content-Type: multipart/related; boundary="
Content-Type: multipart/alternative; boundary="--

This is a multi-part message in MIME format.

Content-Type: application/pdf; name=".pdf"
Content-Disposition: attachment; filename=".pdf"
Content-Transfer-Encoding: base64
Content-ID: <
Content-Disposition: inline

Content-Type: text/html; charset="UTF-8"
Content-Transfer-Encoding: 7bit
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable
`;

export const usualWords: Buffer = Buffer.from(text.replaceAll('\n', '\r\n'));
