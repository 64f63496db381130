/** French. */
import type { Language } from '../languages.ts';

export const fr: Language = {
  says: {
    unknown: 'Je n’ai pas trouvé cela dans les documents dont je dispose.',
    offerPerson: 'Souhaitez-vous poser la question à quelqu’un ?',
    askedForPerson: 'Bien sûr. Je transmets votre demande à une personne.',
    noPerson: 'Je ne peux joindre personne depuis ce chat. Veuillez utiliser les coordonnées de ce site.',
    standIn: 'Les modèles de langage ne sont pas joignables pour le moment.',
    wordForWord: 'Ceci est repris mot pour mot des documents :',
    youSaid: (text) => `Vous m’avez dit plus tôt : « ${text} »`,
    toolFailed: (title) => `J’ai essayé « ${title} », mais sans obtenir de réponse.`,
    toolEmpty: (title) => `« ${title} » n’a rien trouvé à ce sujet.`,
    greeting: 'Bonjour ! Que souhaitez-vous savoir ?',
    thanks: 'Je vous en prie. Avez-vous une autre question ?',
    bye: 'Au revoir, et merci de votre visite.',
    whoAmI: 'Je suis le répondeur intégré, pas un modèle de langage : je cherche dans les documents les phrases qui répondent à votre question, et je le dis quand il n’y en a pas.',
    firstToken: 'premier mot après',
    waiting: (depth) => (depth === 0 ? 'Personne n’attend dans la file.' : `${depth} ${depth === 1 ? 'question attend' : 'questions attendent'} dans la file.`),
  },
  talk: {
    greeting: /^(bonjour|bonsoir|salut|coucou|allo|rebonjour|bien le bonjour)( (a tous|a vous|madame|monsieur|tout le monde))?$/,
    thanks: /^(merci|grand merci|mille mercis|super|parfait|genial|tres bien|d accord|ok)( (merci|beaucoup|bien|infiniment|a vous|pour (votre|l) aide|c est (parfait|gentil|tout)))*$/,
    bye: /^(au revoir|a bientot|a plus( tard)?|bonne (journee|soiree|nuit)|adieu)( (et )?merci)?$/,
    whoAmI: /^(qui|tu) (etes vous|es tu|es qui)|^vous etes qui|^que (pouvez vous|peux tu|savez vous|sais tu) faire( pour moi)?$|^(etes vous|es tu|est ce que (vous etes|tu es)|vous etes|tu es) (un |une )?(vraie? )?(bot|robot|humaine?|personne|ia|chatgpt|modele)/,
  },
  yes: /^(oui|oui merci|oui s il vous plait|oui volontiers|volontiers|d accord)$/,
  person: /\b(parler|discuter|echanger|relation|passez-moi|passe-moi|transferez-moi)\b.{0,30}\b(humaine?|quelqu'un|personne|conseillere?|operateur|operatrice|agent|service client)\b|\b(veux|voudrais|besoin d'|prefere)\s?(un |une )?(vraie? )?(humaine?|etre humain|personne|conseillere?)\b/,
  asks: {
    measure: /\b(combien|(?:jusqu'a|depuis) quand|quelle heure|quels? (delais?|prix|tarifs?|horaires?|jours?)|quelle (taille|duree))\b|^\P{L}*quand\b|\bcoute/u,
    reason: /\bpourquoi\b|\bpour quelle raison\b/,
    howto: /\bcomment\b(?! (s'appelle|va))|\bde quelle (maniere|facon)\b/,
    list: /\bquel(le)?s\b.*\b(sont|existe|existent|propose[sz]?|acceptez|acceptes|disponibles|pouvez|puis)\b/,
    definition: /\bqu'?est[- ]ce que?\b|\bc'est quoi\b|\b(quel|quelle|qui) (est|sont)\b|\bque (signifie|veut dire)\b|\bexplique/,
  },
  goesOn: /^(et|mais|aussi|qu'en est-il|et si)\b/,
  about: {
    supposed: /\b(que se passe|qu'arrive|lorsque|au cas ou|en cas de)\b|\bs'il\b|\bsi (je|vous|on|un|une|le|la|mon|ma)\b/,
    general: /^\W*(?:et |mais )?(?:comment|qu'est-ce|quels?\b|quelles?\b|ou (?:est|sont|puis|se|trouver)|qui|pourquoi|peut-on|puis-je|est-ce que)/,
    steps: /^\W*(?:et |mais )?comment\b/,
    now: /\b(maintenant|actuellement|en ce moment|aujourd'hui|hier|toujours en|depuis une heure)\b/,
  },
  tells: {
    figure: /\d|\b(deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente)\b/,
    because: /\b(parce qu|puisque|en raison d|afin (de|d|que)\b|c'est pourquoi|grace a)/,
    does: /\b(cliquez|ouvrez|allez|choisissez|saisissez|ajoutez|installez|utilisez|appelez|ecrivez|envoyez|rendez-vous|connectez-vous|lancez)\b/,
    hangsOn: /^(il|elle|ils|elles|cela|ceci|ce|cette|ces|celui-ci|celle-ci|ensuite|puis|sinon|dans ce cas)\b/,
  },
  stop: `a afin ai aie ainsi alors apres as au aucun aucune aussi autre autres aux avec avez avoir avons bien bonjour bonsoir c ca car cas ce ceci cela celle celles celui ces cet cette ceux chaque chez ci combien comme comment comptez
d dans de des depuis dessous dessus dire dites dois doit doivent donc dont du duree elle elles en encore entre es est et etaient etait etant ete etes etre eu eux fait faire fais faites faut fois font ici il ils j je jusqu jusque l la le les leur leurs lors lorsque lui
m ma mais me meme memes merci mes mettre mettez moi moins mon n ne ni non nos notre nous obtenir on ont ou oui par parce pas peu peut peux peuvent plus plusieurs plutot possible pour pourquoi pouvez pouvoir pouvons pourrais prend prendre pres pu puis puisque
qu quand que quel quelle quelles quels quelque quelqu qui quoi recevoir s sa sans sauf savoir se selon sera serai serait seront recois recoit recu ses seulement si sinon soit son sont sous souhaite suis sur t ta te tes toi ton toujours tous tout toute toutes tres trop trouver trouve tu un une vais vers veut veux voici voir vos votre vous voudrais vouloir vraiment y
arrive passe svp plait stp`,
  soft: 'acceptez acceptés admis période durée temps maximal maximum minimum taille nombre possible commande commandes article articles produit produits achat aide besoin existe disponible disponibles propose proposez fonctionne version type sorte liste grand taille montre temps moment pouvoir utiliser utilise',
  alike: [
    'remboursement rembourser remboursé retour retours retourner renvoyer rendre rétractation',
    'annuler annulation résilier résiliation', 'facture factures facturation', 'prix tarif tarifs coût coûte coûter coûtent payer euros gratuit',
    'livraison livrer livré expédition expédier envoi envoyer colis reçois recevrai délai acheminement', 'mot passe identifiant connexion connecter',
    'ouvert ouverts ouverte ouverture ouvrez ouvre ouvrir horaire horaires heure heures fermé fermez ferme fermeture', 'contact contacter joindre appeler téléphone courriel email mail écrire',
    'oublié oubli perdu perdre réinitialiser réinitialisation', 'changer changement modifier modification', 'commande commander commandes achat acheter', 'paiement payer paie règlement régler',
    'télécharger téléchargement récupérer', 'abonnement abonner formule forfait', 'ajouter ajout inviter invitation invitez créer', 'supprimer suppression effacer effacé disparaissent retirer', 'héberger hébergé hébergement serveur serveurs stocké stockage conservé', 'taille poids dépasser limite maximal maximale volume',
  ],
};
