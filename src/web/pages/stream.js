import { liveUrl } from '/.pages/live.js';

const name = decodeURI(location.pathname.slice(1));
const picture = document.createElement('img');
picture.src = liveUrl(name);
picture.alt = name;
document.getElementById('stream').append(picture);
