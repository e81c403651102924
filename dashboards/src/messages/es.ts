/** What customers read, in Spanish. Written by hand, safety above all; never translated at run time. */
import type { CustomerMessages } from "../i18n";

export const es: CustomerMessages = {
  "format.under": "menos del {value}",
  "format.percent": "{value} %",
  "format.unknown": "desconocido",

  "span.s": "{s} s",
  "span.min": "{min} min",
  "span.h": "{h} h {min} min",
  "span.d": "{d} d {h} h",

  "share.some": "menos del 5 %",
  "share.5": "del 5 al 20 %",
  "share.20": "del 20 al 50 %",
  "share.50": "del 50 al 80 %",
  "share.80": "80 % o más",

  "public.theme": "Claro u oscuro",
  "public.title": "Cortes · {city}",
  "public.none": "No se conocen cortes",
  "public.none_hint": "Si está sin servicio, avísenos: es posible que aún no lo sepamos.",
  "public.out": { one: "cliente sin servicio", other: "clientes sin servicio" },
  "public.unheard":
    "No recibimos datos de los medidores eléctricos en: {areas}. Aquí pueden faltar cortes de esas zonas.",
  "public.unheard_whole":
    "No recibimos datos de los medidores eléctricos. Aquí pueden faltar cortes, y ninguno se da por terminado por eso.",
  "public.of": {
    one: "{percent} de {customers}, en {count} zona",
    other: "{percent} de {customers}, en {count} zonas",
  },
  "public.as_of": "Datos de las {time}, hace {span}",
  "public.stale": "Sin conexión. Datos de las {time}, hace {span}",
  "public.loading": "Leyendo los cortes…",
  "public.unavailable": "No se pueden leer los cortes ahora. Seguimos intentándolo.",
  "public.report": "Reportar un corte",
  "public.status": "Consulte su reporte",
  "public.receipt": "Número de recibo",
  "public.look_up": "Consultar",
  "public.areas": "Zonas con cortes",
  "public.area": "Zona",
  "public.area_out": "Sin servicio",
  "public.area_share": "Parte",
  "public.area_since": "Desde",
  "public.map": "Mapa de cortes por zona",
  "public.map_problem": "Este navegador no puede dibujar el mapa. La lista dice lo mismo.",
  "public.legend": "Parte de los clientes sin servicio",
  "public.danger": "¿Un cable en el suelo u olor a gas? Aléjese y llame al 911.",
  "public.call": "¿No puede usar esta página? Llame al {phone}.",
  "public.table": "Tabla sin mapa",
  "public.privacy": "Cada zona se cuenta en conjunto. Aquí no se muestra ninguna dirección.",
  "public.more": "Mostrar {count} más",
  "public.language": "Idioma",

  "earlier.title": "Antes",
  "earlier.open": "Ver cómo estaba antes",
  "earlier.back": "Volver a ahora",
  "earlier.note": "Así estaba el {time}. No es como está ahora.",
  "earlier.moment": "Momento",
  "earlier.text": { one: "{time}, {count} cliente sin servicio", other: "{time}, {count} clientes sin servicio" },
  "earlier.before": "Momento anterior",
  "earlier.after": "Momento posterior",
  "earlier.none": "Aún no se guardan momentos anteriores.",
  "earlier.away": "No se pueden leer los momentos anteriores ahora. Inténtelo de nuevo pronto.",

  "map.title": "Mapa",
  "map.zoomIn": "Acercar",
  "map.zoomOut": "Alejar",

  "find.title": "Buscar mi zona",
  "find.address": "Su dirección",
  "find.show": "Ver",
  "find.area": "Su zona es {area}.",
  "find.out": "{out} de sus {customers} clientes están sin servicio.",
  "find.none": "No sabemos de ningún corte allí. Si no tiene servicio, repórtelo.",
  "find.not_found": "No encontramos esta dirección. Revise el número de la casa y la calle.",
  "find.away": "Ahora no se pueden buscar direcciones. Intente de nuevo pronto.",
  "find.mine": "Mi casa: ¿está reportada, está sin servicio?",

  "help.title": "Refugio y ayuda",
  "help.shelter": "Refugio",
  "help.cooling": "Centro de enfriamiento",
  "help.charging": "Carga de teléfonos",
  "help.water": "Agua potable",
  "help.open": "Abierto",
  "help.closed": "Cerrado ahora",

  "receipt.wrong": "No tenemos ningún reporte con este número. Tiene 14 dígitos, por ejemplo 01-2345-6789-012-3.",
  "receipt.slow": "Demasiados números equivocados. Espere {span} e inténtelo de nuevo.",
  "receipt.away": "Ahora no se puede consultar su reporte. Está a salvo con nosotros: inténtelo de nuevo pronto.",
  "receipt.received": "Tenemos su reporte y estamos averiguando a qué lugar corresponde.",
  "receipt.matched": "Tenemos su reporte y sabemos a qué lugar corresponde.",
  "receipt.unmatched":
    "Tenemos su reporte. Una persona de nuestro centro de tormentas está averiguando a qué dirección corresponde.",
  "receipt.withdrawn": "Este reporte fue retirado.",
  "receipt.closed": "Este reporte está resuelto: el servicio volvió o no había corte.",
  "receipt.predicted": "Creemos que su reporte es parte de un corte y lo estamos investigando.",
  "receipt.confirmed": "El corte está confirmado y se está trabajando en él.",
  "receipt.partly_restored": "El servicio ha vuelto para una parte de los clientes de este corte.",
  "receipt.restored": "Según nuestros registros, el servicio ha vuelto. Si el suyo no ha vuelto, repórtelo de nuevo.",
  "receipt.absorbed": "Su reporte es parte de un corte más grande, que estamos investigando.",
  "receipt.cancelled": "No encontramos ningún corte aquí. Si no tiene servicio, repórtelo de nuevo.",
  "receipt.facts": {
    one: "Sin servicio desde {since}, con {count} reporte más y {out} clientes.",
    other: "Sin servicio desde {since}, con {count} reportes más y {out} clientes.",
  },
  "receipt.when": "Reportado: {time}",

  "form.here": "Usar mi ubicación",
  "form.here_busy": "Buscando su ubicación…",
  "form.here_done": "Su ubicación está añadida ({metres} m)",
  "form.here_failed": "No se pudo encontrar su ubicación. Escriba la dirección.",
  "form.sending": "Enviando…",
  "form.failed": "Su reporte no nos ha llegado. Inténtelo de nuevo o llámenos.",
  "form.wrong": "Revise los campos marcados.",
  "form.thanks": "Tenemos su reporte",
  "form.keep": "Guarde este número. Con él puede ver qué pasó con su reporte.",
  "form.copy": "Copiar",
  "form.copied": "Copiado",
  "form.follow": "Seguir mi reporte",
  "form.another": "Reportar otra cosa",
  "form.again":
    "Su reporte aún no nos ha llegado: en este momento nos llega demasiado a la vez. Se envía de nuevo solo en {span}.",

  "mode_name.normal": "Normal",
  "mode_name.watch": "Vigilancia",
  "mode_name.storm": "Tormenta",
  "mode_name.surge": "Gran demanda",
  "mode_name.island": "Aislamiento",

  "mode_public.normal": "Todos los servicios funcionan como siempre.",
  "mode_public.watch":
    "Hay más apagones de lo normal, o se acerca mal tiempo. Todos los servicios funcionan como siempre.",
  "mode_public.storm":
    "Servicio de tormenta: los cortes y los peligros van primero. No se desconecta a nadie; otras solicitudes tardan más.",
  "mode_public.surge":
    "Muchísimas personas están reportando. Siempre recibimos los reportes; los mapas pueden tener unos minutos de retraso.",
  "mode_public.island":
    "No podemos comunicarnos con algunos de nuestros sistemas. Siempre recibimos los reportes; otras solicitudes se guardan para después.",

  "form_wrong.symptom": "Elija qué pasa.",
  "form_wrong.address":
    "Díganos dónde es o quién es usted: una dirección, un lugar cercano, un número de cuenta, de teléfono o de medidor.",
  "form_wrong.note": "Es demasiado largo. Redúzcalo a 2000 caracteres.",
  "form_wrong.too_long": "Es demasiado largo. Acórtelo y ponga el resto en «Lo que vio u oyó».",

  "advice.medical":
    "Si alguien necesita ayuda médica ahora, llame al 911. Use una fuente de electricidad de respaldo o vaya a un lugar donde haya luz.",
};
