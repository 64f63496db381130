/** A small shop's document in each of the eight languages, and what its visitors ask: no question repeats a sentence. */

export type Shop = {
  title: string;
  text: string;
  /** A question and what a right answer says. */
  questions: [question: string, says: RegExp][];
  offTopic: string[];
  greeting: string;
  thanks: string;
  person: string;
};

export const shops: Record<string, Shop> = {
  en: {
    title: 'Shop help',
    text: `# Invoices
You can download every invoice from the Payments page of your account.
# Delivery
Parcels arrive within three working days. You get a tracking number by email.
# Refunds
We return the money within 14 days after the goods have come back to us. Returning is free.
# Cancelling
An order can be cancelled until it has been shipped, under My orders.
# Password
If you forgot your password, click on Reset at the login and follow the link in the email.
# Opening hours
Our shop in Leeds is open from Monday to Friday, 9 am to 6 pm.
# Contact
Call us on 0113 555 0100 or write to help@shop.example.
# Prices
All prices include VAT. Shipping costs 4.90 euros, and nothing from 50 euros.`,
    questions: [['Where do I find the invoice for my order?', /Payments page/], ['How long does delivery take?', /three working days/], ['When will I get my refund?', /14 days/], ['Can I still cancel my order?', /until it has been shipped/],
      ['I forgot my password, what now?', /Reset/], ['When is your shop open?', /9 am to 6 pm/], ['How can I contact you?', /0113/], ['How much is shipping?', /4\.90/]],
    offTopic: ['What is the capital of Australia?', 'Do you sell insurance for dogs?'], greeting: 'Good morning!', thanks: 'Thank you very much', person: 'I want to talk to a person',
  },
  de: {
    title: 'Hilfe zum Laden',
    text: `# Rechnungen
Jede Rechnung lässt sich auf der Seite Zahlungen in Ihrem Konto herunterladen.
# Lieferung
Pakete kommen innerhalb von drei Werktagen an. Sie erhalten eine Sendungsnummer per E-Mail.
# Erstattung
Wir zahlen das Geld innerhalb von 14 Tagen zurück, sobald die Ware wieder bei uns ist.
# Stornieren
Eine Bestellung lässt sich unter Meine Bestellungen stornieren, bis sie verschickt ist.
# Passwort
Wer das Passwort vergessen hat, klickt bei der Anmeldung auf Zurücksetzen und folgt dem Link in der E-Mail.
# Öffnungszeiten
Unser Laden in Köln ist von Montag bis Freitag zwischen 9 und 18 Uhr geöffnet.
# Kontakt
Rufen Sie uns unter 0221 5550100 an oder schreiben Sie an hilfe@shop.example.
# Preise
Alle Preise enthalten die Mehrwertsteuer. Der Versand kostet 4,90 Euro, ab 50 Euro nichts.`,
    questions: [['Wo finde ich meine Rechnung?', /Zahlungen/], ['Wie lange dauert die Lieferung?', /drei Werktagen/], ['Wann bekomme ich die Erstattung?', /14 Tagen/], ['Kann ich die Bestellung noch stornieren?', /bis sie verschickt ist/],
      ['Ich habe mein Passwort vergessen', /Zurücksetzen/], ['Wann ist der Laden geöffnet?', /9 und 18 Uhr/], ['Wie viel kostet der Versand?', /4,90/]],
    offTopic: ['Wie heißt die Hauptstadt von Australien?', 'Verkaufen Sie Versicherungen für Hunde?'], greeting: 'Guten Tag', thanks: 'Vielen Dank!', person: 'Ich möchte mit einem Menschen sprechen',
  },
  fr: {
    title: 'Aide de la boutique',
    text: `# Factures
Vous pouvez télécharger toutes vos factures depuis la page Paiements de votre compte.
# Livraison
Les colis arrivent sous trois jours ouvrés. Un numéro de suivi vous est envoyé par e-mail.
# Remboursement
Nous vous remboursons dans les 14 jours qui suivent le retour des articles. Le retour est gratuit.
# Annulation
Une commande peut être annulée dans la rubrique Mes commandes tant qu’elle n’a pas été expédiée.
# Mot de passe
Si vous avez oublié votre mot de passe, cliquez sur « Réinitialiser » dans l’écran de connexion, puis suivez le lien reçu.
# Horaires d’ouverture
Notre magasin de Lyon est ouvert du lundi au vendredi, de 9 h à 18 h.
# Contact
Appelez-nous au 04 55 50 01 00 ou écrivez à aide@boutique.example.
# Prix
Tous nos prix sont indiqués toutes taxes comprises. Les frais de port s’élèvent à 4,90 euros ; ils sont offerts à partir de 50 euros.`,
    questions: [['Où puis-je trouver la facture de ma commande ?', /page Paiements/], ['Combien de temps prend la livraison ?', /trois jours/], ['Quand serai-je remboursé ?', /14 jours/], ['Est-il possible d’annuler ma commande ?', /pas été expédiée/],
      ['J’ai perdu mon mot de passe', /Réinitialiser/], ['À quelle heure ouvre le magasin ?', /9 h à 18 h/], ['Comment vous contacter par téléphone ?', /04 55/], ['Combien coûtent les frais de port ?', /4,90/]],
    offTopic: ['Quelle est la capitale de l’Australie ?', 'Vendez-vous des assurances pour chiens ?'], greeting: 'Bonjour !', thanks: 'Merci beaucoup', person: 'Je voudrais parler à une personne',
  },
  es: {
    title: 'Ayuda de la tienda',
    text: `# Facturas
Puede descargar todas sus facturas en la página Pagos de su cuenta.
# Envíos
Los paquetes llegan en tres días laborables. Recibirá un número de seguimiento por correo electrónico.
# Reembolsos
Devolvemos el dinero en un plazo de 14 días desde que recibimos los artículos. La devolución es gratuita.
# Cancelaciones
Un pedido puede cancelarse en Mis pedidos mientras no haya sido enviado.
# Contraseña
Si ha olvidado su contraseña, pulse «Restablecer» en la pantalla de acceso y siga el enlace del mensaje.
# Horario de apertura
Nuestra tienda de Sevilla abre de lunes a viernes, de 9:00 a 18:00.
# Contacto
Llámenos al 955 550 100 o escriba a ayuda@tienda.example.
# Precios
Todos los precios incluyen el IVA. Los gastos de envío son 4,90 euros; a partir de 50 euros no se cobran.`,
    questions: [['¿Dónde encuentro la factura de mi compra?', /página Pagos/], ['¿Cuánto tarda en llegar el paquete?', /tres días/], ['¿Cuándo me llega el reembolso?', /14 días/], ['¿Puedo cancelar mi pedido todavía?', /mientras no haya sido enviado/],
      ['He perdido mi contraseña', /Restablecer/], ['¿A qué hora abren la tienda?', /9:00 a 18:00/], ['¿Cómo les puedo contactar por teléfono?', /955/], ['¿Cuánto cuestan los gastos de envío?', /4,90/]],
    offTopic: ['¿Cuál es la capital de Australia?', '¿Venden seguros para perros?'], greeting: '¡Buenos días!', thanks: 'Muchas gracias', person: 'Quiero hablar con una persona',
  },
  pt: {
    title: 'Ajuda da loja',
    text: `# Faturas
Você pode baixar todas as faturas na página Pagamentos da sua conta.
# Entrega
As encomendas chegam em três dias úteis. Um código de rastreamento é enviado por e-mail.
# Reembolso
Devolvemos o valor em até 14 dias depois que os produtos voltam para nós. A devolução é grátis.
# Cancelamento
Um pedido pode ser cancelado em Meus pedidos enquanto não tiver sido enviado.
# Senha
Se você esqueceu a senha, clique em “Redefinir” na tela de acesso e siga o link da mensagem.
# Horário de funcionamento
Nossa loja em Recife abre de segunda a sexta, das 9h às 18h.
# Contato
Ligue para (81) 5550-0100 ou escreva para ajuda@loja.example.
# Preços
Todos os preços já incluem impostos. O frete custa 4,90 reais e é gratuito a partir de 50 reais.`,
    questions: [['Onde encontro a fatura do meu pedido?', /página Pagamentos/], ['Quanto tempo demora a entrega?', /três dias/], ['Quando recebo o meu reembolso?', /14 dias/], ['Ainda posso cancelar a minha compra?', /enquanto não tiver sido enviado/],
      ['Perdi a minha senha', /Redefinir/], ['A que horas a loja abre?', /9h às 18h/], ['Qual é o telefone de contato?', /5550-0100/], ['Quanto é o frete?', /4,90/]],
    offTopic: ['Qual é a capital da Austrália?', 'Vocês vendem seguros para cachorros?'], greeting: 'Bom dia!', thanks: 'Muito obrigada', person: 'Quero falar com uma pessoa',
  },
  ja: {
    title: 'ご利用ガイド',
    text: `# 請求書
請求書はアカウントの「お支払い」ページからダウンロードできます。
# 配送
お荷物は三営業日以内に到着します。追跡番号はメールでお知らせします。
# 返金
商品が当店に戻ってから14日以内に代金を払い戻します。返送料はかかりません。
# キャンセル
発送前であれば、「注文履歴」からご注文をキャンセルできます。
# パスワード
パスワードを忘れた場合は、ログイン画面の「再設定」を押し、届いたメールのリンクを開いてください。
# 営業時間
京都の店舗は月曜日から金曜日の午前9時から午後6時まで営業しています。
# お問い合わせ
電話は075-555-0100、メールは help@shop.example までご連絡ください。
# 料金
価格はすべて税込みです。送料は490円で、5000円以上のご注文は無料です。`,
    questions: [['請求書はどこで手に入りますか？', /お支払い/], ['配送には何日かかりますか？', /三営業日/], ['返金はいつされますか？', /14日/], ['注文を取り消すことはできますか？', /発送前/],
      ['パスワードがわからなくなりました', /再設定/], ['お店は何時に開きますか？', /午前9時/], ['電話で問い合わせたいのですが', /075/], ['送料はいくらですか？', /490円/]],
    offTopic: ['オーストラリアの首都はどこですか？', '犬の保険は売っていますか？'], greeting: 'こんにちは', thanks: 'ありがとうございます！', person: '担当者と話したいです',
  },
  zh: {
    title: '购物帮助',
    text: `# 发票
所有发票都可以在账户的“支付”页面下载。
# 配送
包裹会在三个工作日内送达。我们会通过邮件发送快递单号。
# 退款
收到退回的商品后，我们会在14天内退还货款。退货免运费。
# 取消订单
订单发货之前，可以在“我的订单”里取消。
# 密码
如果忘记了密码，请在登录页面点击“重置”，然后打开邮件里的链接。
# 营业时间
我们在成都的门店周一至周五上午9点到下午6点营业。
# 联系方式
请拨打电话 028-5550-0100，或发邮件至 help@shop.example。
# 价格
所有价格均已含税。运费为10元，满99元免运费。`,
    questions: [['在哪里能拿到发票？', /“支付”页面/], ['包裹几天能到？', /三个工作日/], ['退款要等多久？', /14天/], ['我还能取消订单吗？', /发货之前/],
      ['密码忘了怎么办', /重置/], ['门店几点开门？', /9点/], ['怎么打电话联系你们？', /028/], ['运费是多少？', /10元/]],
    offTopic: ['澳大利亚的首都是哪里？', '你们卖宠物狗的保险吗？'], greeting: '你好', thanks: '谢谢！', person: '我想和真人客服说话',
  },
  ar: {
    title: 'مساعدة المتجر',
    text: `# الفواتير
يمكنك تنزيل جميع فواتيرك من صفحة المدفوعات في حسابك.
# التوصيل
تصل الطرود خلال ثلاثة أيام عمل. سنرسل إليك رقم التتبع بالبريد الإلكتروني.
# استرداد المبلغ
نعيد المبلغ خلال 14 يومًا من استلامنا للمنتجات المرتجعة. الإرجاع مجاني.
# الإلغاء
يمكن إلغاء الطلب من صفحة «طلباتي» ما دام لم يُشحن بعد.
# كلمة المرور
إذا نسيت كلمة المرور فاضغط على «إعادة التعيين» في صفحة الدخول ثم افتح الرابط الذي يصلك.
# ساعات العمل
متجرنا في عمّان مفتوح من الأحد إلى الخميس، من الساعة 9 صباحًا حتى 6 مساءً.
# التواصل
اتصل بنا على الرقم 065550100 أو اكتب إلى help@shop.example.
# الأسعار
جميع الأسعار تشمل الضريبة. تبلغ رسوم الشحن 5 دنانير، وهي مجانية للطلبات التي تتجاوز 50 دينارًا.`,
    questions: [['أين أجد فاتورة طلبي؟', /صفحة المدفوعات/], ['كم يستغرق التوصيل؟', /ثلاثة أيام/], ['متى يتم استرداد أموالي؟', /14 يوم/], ['هل يمكنني إلغاء طلبيتي؟', /لم يُشحن/],
      ['نسيت كلمة السر، ماذا أفعل؟', /إعادة التعيين/], ['متى يفتح المتجر؟', /9 صباح/], ['كيف أتواصل معكم عبر الهاتف؟', /065550100/], ['كم تكلفة الشحن؟', /5 دنانير/]],
    offTopic: ['ما هي عاصمة أستراليا؟', 'هل تبيعون تأمينًا للكلاب؟'], greeting: 'السلام عليكم', thanks: 'شكرًا جزيلًا', person: 'أريد التحدث إلى شخص',
  },
};
